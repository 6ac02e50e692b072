import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { bundleDaemon } from '../../electron/core/process/testing/bundled-program.ts';
import { createWorld, type World } from '../fixtures/electron-app.ts';
import { launchCommand } from '../fixtures/electron-process.ts';
import { connectToHost } from '../fixtures/host-client.ts';

const projectFolder = path.resolve(import.meta.dirname, '../..');

let world: World;

test.beforeEach(async () => {
  world = await createWorld();
});

test.afterEach(() => world.close());

test('the menu-bar app answers at the control socket, and stops on request', async () => {
  const app = await world.start();
  const client = await connectToHost(world);
  expect(client.host).toMatchObject({ kind: 'menu-bar', pid: app.pid });
  expect(await client.request('snapshot', {})).toMatchObject({
    ok: true,
    value: { config: { status: 'welcome' } },
  });
  const events: string[] = [];
  const stopped = await client.stream(
    'shutdown',
    { force: false },
    { onEvent: ({ kind }) => events.push(kind) },
  );
  expect(stopped).toEqual({ ok: true, value: undefined });
  expect(events.at(-1)).toBe('report');
  expect(await app.exited).toEqual({ code: 0, signal: null });
  await app.expectNothingLeft([]);
});

test('the menu-bar app does not start beside a daemon, and says why', async () => {
  const { env, home } = world;
  const daemon = spawn(process.execPath, [path.join(projectFolder, 'dist/daemon.cjs')], { cwd: home, env });
  await connectToHost(world);
  const { executable, args } = launchCommand([projectFolder]);
  const app = spawn(executable, args, { cwd: home, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  app.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  expect(await once(app, 'close')).toEqual([1, null]);
  expect(said).toContain(
    `is already running, without a screen, as the daemon: process ${daemon.pid}, since `,
  );
  daemon.kill('SIGTERM');
  expect(await once(daemon, 'exit')).toEqual([0, null]);
});

test('the menu-bar app replaces a daemon of an earlier version, as after an update', async () => {
  const { env, home } = world;
  const program = bundleDaemon(home, 'daemon', '0.9.0');
  const daemon = spawn(process.execPath, [program], { cwd: home, env });
  const daemonEnd = once(daemon, 'exit');
  const former = await connectToHost(world);
  expect(former.host).toMatchObject({ kind: 'headless', version: '0.9.0' });
  former.close();
  const app = await world.start();
  expect(await daemonEnd).toEqual([0, null]);
  const client = await connectToHost(world);
  expect(client.host).toMatchObject({ kind: 'menu-bar', pid: app.pid });
  await client.stream('shutdown', { force: false }, { onEvent: () => undefined });
  expect(await app.exited).toEqual({ code: 0, signal: null });
});
