import { execFile } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { createWorld, type World } from '../fixtures/electron-app.ts';
import { eventually } from '../fixtures/eventually.ts';
import { findLeftovers } from '../fixtures/leftovers.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../fixtures/servers.ts';

const command = path.resolve(import.meta.dirname, '../../dist/localport.cjs');

let world: World;
let echo: FixtureServer;
let port: number;

test.beforeEach(async () => {
  echo = await startEchoServer();
  port = await freePort();
  world = await createWorld({
    config: `services:\n  - { name: echo, technology: tcp, local_port: ${port}, remote_port: ${echo.port}, connection: { host: 127.0.0.1 } }\n`,
  });
});

test.afterEach(async () => {
  await localport('daemon', 'stop', '--force');
  await world.close();
  await echo.stop();
});

interface Ran {
  readonly code: number | string | null;
  readonly out: string;
  readonly err: string;
}

const localport = (...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const options = { cwd: world.home, env: { ...world.env } };
    execFile(process.execPath, [command, ...args], options, (error, out, err) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? null), out, err });
    });
  });

async function runningHost(): Promise<{ readonly kind: string; readonly pid: number } | null> {
  const { out } = await localport('status', '-o', 'json');
  return (JSON.parse(out) as { readonly host: { readonly kind: string; readonly pid: number } | null }).host;
}

test('the command starts the menu-bar app, restarts it as the menu-bar app, and stops it without leftovers', async () => {
  const started = await localport('daemon', 'start', '--menu-bar');
  expect(started).toMatchObject({ code: 0, err: '' });
  expect(started.out).toMatch(/^Started menu-bar \S+, pid \d+, in \d+ ms\n$/);
  const first = await runningHost();
  expect(first).toMatchObject({ kind: 'menu-bar' });
  expect(started.out).toContain(`pid ${first?.pid},`);
  await world.desktop.waitForTray();

  expect(await localport('start', '--all', '--wait')).toEqual({
    code: 0,
    out: `✓ echo  ready on localhost:${port}\n`,
    err: '',
  });
  expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');
  expect((await localport('daemon', 'start', '--menu-bar')).out).toBe(
    `LocalPort is already running: ${started.out.replace(/^Started (.*), in.*\n$/, '$1')}\n`,
  );

  expect(await localport('daemon', 'restart', '-q')).toEqual({ code: 0, out: '', err: '' });
  const second = await runningHost();
  expect(second).toMatchObject({ kind: 'menu-bar' });
  expect(second?.pid).not.toBe(first?.pid);

  const stopped = await localport('daemon', 'stop');
  expect(stopped).toMatchObject({ code: 0, err: '' });
  expect(stopped.out).toMatch(/^Stopped .* in \d+ ms\n$/);
  expect(await runningHost()).toBeNull();
  const mark = `LOCALPORT_TEST_RUN=${world.env['LOCALPORT_TEST_RUN'] ?? ''}`;
  await eventually('nothing is left', async () => {
    const leftovers = await findLeftovers({ mark, folder: world.home, ports: [port] });
    if (leftovers.length > 0) throw new Error(leftovers.join('\n'));
    return true;
  });
});
