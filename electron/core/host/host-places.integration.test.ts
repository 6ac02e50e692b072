/** The daemon with folders that cannot be written or belong to another host, observed from outside. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../../../e2e/fixtures/servers.ts';
import type { Snapshot } from '../../../shared/service-snapshot.ts';
import { systemClock as clock } from '../clock.ts';
import { connectControl, type ControlClient } from '../control/control-client.ts';
import { bundleDaemon } from '../process/testing/bundled-program.ts';
import { Scope } from '../scope.ts';

let scope: Scope;
let home: string;
let program: string;
let echo: FixtureServer;
let port: number;

beforeEach(async () => {
  scope = new Scope('test');
  home = mkdtempSync(path.join(tmpdir(), 'places-'));
  scope.own('home', () => {
    rmSync(home, { recursive: true, force: true });
  });
  mkdirSync(path.join(home, 'run'), { mode: 0o700 });
  program = bundleDaemon(home);
  echo = await startEchoServer();
  scope.own('echo server', () => echo.stop());
  port = await freePort();
  const service = {
    name: 'db',
    technology: 'tcp',
    local_port: port,
    remote_port: echo.port,
    health_check: { type: 'tcp' },
  };
  const services = [{ ...service, connection: { host: '127.0.0.1' } }];
  writeFileSync(path.join(home, '.localport.yaml'), JSON.stringify({ services }), { mode: 0o600 });
});

afterEach(() => scope.close());

interface Run {
  readonly said: () => string;
  readonly ended: Promise<number | null>;
  readonly stop: () => Promise<number | null>;
}

/** A daemon with its state in that folder of the home; `before`: shell commands that run first, in its mount namespace. */
function start(stateHome: string, before?: string): Run {
  const run = [process.execPath, program];
  const [file = '', ...args] =
    before === undefined ? run : ['unshare', '--mount', 'sh', '-ec', `${before}; exec "$0" "$@"`, ...run];
  const daemon = spawn(file, args, {
    cwd: home,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      SHELL: '/bin/sh',
      XDG_STATE_HOME: path.join(home, stateHome),
      XDG_RUNTIME_DIR: path.join(home, 'run'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  daemon.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(daemon, 'close').then(([code]) => code as number | null);
  const stop = (): Promise<number | null> => {
    daemon.kill('SIGTERM');
    return ended;
  };
  scope.own('daemon', async () => {
    if (daemon.exitCode === null) await stop();
  });
  return { said: () => said, ended, stop };
}

async function connect(): Promise<ControlClient> {
  const clients: ControlClient[] = [];
  await eventually('the daemon answers', async () => {
    const socketPath = path.join(home, 'run/localport/control.sock');
    const connected = await connectControl({ socketPath, clock, version: 'test' });
    if (connected.ok) clients.push(connected.value);
    return connected.ok;
  });
  const [client] = clients;
  if (client === undefined) throw new Error('not connected');
  scope.own('client', () => {
    client.close();
  });
  return client;
}

async function snapshotOf(client: ControlClient): Promise<Snapshot> {
  const answer = await client.request('snapshot', {});
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

async function serves(client: ControlClient): Promise<void> {
  await eventually('db is healthy', async () => (await snapshotOf(client)).services[0]?.health === 'healthy');
  expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');
}

const noticesOf = async (client: ControlClient): Promise<readonly string[]> =>
  (await snapshotOf(client)).host.notices.map((notice) => notice.replaceAll(home, ''));

const forgets = (reason: string, fix: string): string =>
  `LocalPort cannot write to /state/localport (${reason}), so it forgets your on/off choices when it stops. ` +
  fix;

const canMount = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

describe('the daemon', () => {
  it('runs even if its state folder cannot be created, and reports that', async () => {
    writeFileSync(path.join(home, 'state'), 'a file');
    const daemon = start('state');
    const client = await connect();
    await serves(client);
    expect(await noticesOf(client)).toEqual([
      forgets('not a directory', 'Remove the file that is in its place.'),
    ]);
    await client.request('set-desired', { target: { kind: 'names', names: ['db'] }, desired: 'off' });
    await eventually('db is off', async () => (await snapshotOf(client)).services[0]?.phase === 'off');
    expect([await daemon.stop(), daemon.said()]).toEqual([0, '']);
  });

  it.skipIf(!canMount)('runs with a read-only state folder, and reads its contents', async () => {
    const state = path.join(home, 'state/localport');
    mkdirSync(state, { recursive: true, mode: 0o700 });
    const choices = { version: 1, choices: [{ name: 'db', desired: 'off' }] };
    writeFileSync(path.join(state, 'desired.json'), JSON.stringify(choices), { mode: 0o600 });
    const daemon = start('state', `mount --bind "${state}" "${state}"; mount -o remount,bind,ro "${state}"`);
    const client = await connect();
    await eventually('db is listed', async () => (await snapshotOf(client)).services.length === 1);
    expect((await snapshotOf(client)).services[0]?.desired).toBe('off');
    expect(await noticesOf(client)).toEqual([
      forgets('read-only file system', 'Remount the file system read-write, or use another folder.'),
    ]);
    await client.request('set-desired', { target: { kind: 'names', names: ['db'] }, desired: 'on' });
    await serves(client);
    expect([await daemon.stop(), daemon.said()]).toEqual([0, '']);
  });

  it.skipIf(!canMount)(
    'names the true reason if its state folder is missing on a read-only file system',
    async () => {
      const state = path.join(home, 'state');
      mkdirSync(state);
      const daemon = start(
        'state',
        `mount --bind "${state}" "${state}"; mount -o remount,bind,ro "${state}"`,
      );
      const client = await connect();
      await serves(client);
      expect(await noticesOf(client)).toEqual([
        forgets('read-only file system', 'Remount the file system read-write, or use another folder.'),
      ]);
      expect([await daemon.stop(), daemon.said()]).toEqual([0, '']);
    },
  );

  it.skipIf(!canMount)('runs with logs on a full disk, and reports that until there is space', async () => {
    const logs = path.join(home, 'state/localport/logs');
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    const fill = `dd if=/dev/zero of="${logs}/ballast" bs=4k count=99 2>/dev/null || true`;
    const daemon = start('state', `mount -t tmpfs -o size=64k,mode=700 none "${logs}"; ${fill}`);
    const client = await connect();
    await serves(client);
    await eventually('the problem is noticed', async () => (await noticesOf(client)).length > 0);
    expect(await noticesOf(client)).toEqual([
      'LocalPort cannot write logs to /state/localport/logs (no space left on device). ' +
        'Free some disk space.',
    ]);
    expect([await daemon.stop(), daemon.said()]).toEqual([0, '']);
  });

  it('leaves the sockets of a daemon with other state in the same runtime folder alone', async () => {
    const first = start('state-1');
    const client = await connect();
    await serves(client);
    const files = readdirSync(path.join(home, 'run/localport'));
    const second = start('state-2');
    expect(await second.ended).toBe(1);
    expect(second.said()).toMatch(
      /^LocalPort could not start: LocalPort .* is already running, without a screen/,
    );
    expect(readdirSync(path.join(home, 'run/localport'))).toEqual(files);
    await serves(client);
    expect(await first.stop()).toBe(0);
    expect(readdirSync(path.join(home, 'run/localport'))).toEqual([]);
  });
});
