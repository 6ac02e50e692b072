/** The command when something that it relies on is gone: the socket of the host, or the current folder. */
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../e2e/fixtures/eventually.ts';
import { systemClock } from '../core/clock.ts';
import { takeHostLock } from '../core/control/host-lock.ts';
import { CommandUser } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const program = installForFile();
let user: CommandUser;

beforeEach(() => {
  user = new CommandUser(program.folder);
  user.writeConfig();
});
afterEach(async () => {
  await user.dispose();
});

it('waits for a host whose socket was removed; if that is stopped, says how to end it', async () => {
  await user.run('daemon', 'start');
  const { pid } = JSON.parse((await user.run('daemon', 'status', '-o', 'json')).out) as { pid: number };
  const socketPath = path.join(user.home, 'run/localport/control.sock');
  rmSync(path.dirname(socketPath), { recursive: true });
  expect(JSON.parse((await user.run('daemon', 'status', '-o', 'json')).out)).toMatchObject({ pid });
  process.kill(pid, 'SIGSTOP');
  rmSync(socketPath);
  try {
    const complaint = `error: LocalPort is running, but nothing is listening at ${socketPath}: process ${pid} is stopped. To resume it: kill -CONT ${pid}\n`;
    expect(await user.run('status')).toEqual({ code: 1, out: '', err: complaint });
  } finally {
    process.kill(pid, 'SIGCONT');
    process.kill(pid);
  }
  await eventually('no host runs', async () => (await user.run('daemon', 'stop')).code === 0);
});

it('says that the process of the host is stopped, and how to resume it', async () => {
  await user.run('daemon', 'start');
  const { pid } = JSON.parse((await user.run('daemon', 'status', '-o', 'json')).out) as { pid: number };
  const err = `error: LocalPort is running but not responding: process ${pid} is stopped. To resume it: kill -CONT ${pid}\n`;
  process.kill(pid, 'SIGSTOP');
  try {
    expect(await user.run('status')).toEqual({ code: 1, out: '', err });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  expect(await user.run('daemon', 'stop')).toMatchObject({ code: 0 });
});

it('completes names from the config at once if the host cannot be reached', async () => {
  user.writeConfig('name: db, technology: tcp, local_port: 15432, remote_port: 1, connection: { host: h }');
  await user.run('daemon', 'start');
  const { pid } = JSON.parse((await user.run('daemon', 'status', '-o', 'json')).out) as { pid: number };
  process.kill(pid, 'SIGSTOP');
  rmSync(path.join(user.home, 'run/localport/control.sock'));
  try {
    const startedAt = systemClock.now();
    expect(await user.run('__complete', 'start', '')).toEqual({ code: 0, out: 'db\n', err: '' });
    // Other commands wait this long.
    expect(systemClock.now() - startedAt).toBeLessThan(7_000);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await eventually('no host runs', async () => (await user.run('daemon', 'stop')).code === 0);
});

it('names the process of a host that is too old to communicate with', async () => {
  const folder = path.join(user.home, 'run/localport');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const socketPath = path.join(folder, 'control.sock');
  const refusal = '\0\0\0\x3b{"type":"refused","error":{"code":"too-large","message":"x"}}';
  const old = createServer((socket) => socket.once('data', () => socket.end(refusal))).listen(socketPath);
  await eventually('it listens', () => old.listening);
  const lock = await takeHostLock({
    paths: [path.join(folder, 'host.lock')],
    kind: 'headless',
    version: '0.8.1',
    socketPath,
    now: systemClock.wallNow(),
  });
  const err =
    'error: LocalPort sent what this command does not understand: restart LocalPort so that both are of one version ' +
    `(LocalPort 0.8.1 runs as process ${process.pid}; to end it: kill ${process.pid})\n`;
  try {
    expect(await user.run('status')).toEqual({ code: 1, out: '', err });
  } finally {
    old.close();
    if (lock.ok) await lock.value.release();
  }
});

it('runs from a folder that no longer exists', async () => {
  const folder = path.join(user.home, 'gone');
  mkdirSync(folder);
  const script = 'rmdir "$1" && exec "$2" "$3" config path';
  const args = ['-c', script, 'sh', folder, process.execPath, path.join(program.folder, 'localport.cjs')];
  const { stdout } = await promisify(execFile)('sh', args, {
    cwd: folder,
    env: { HOME: user.home, PATH: process.env['PATH'] },
  });
  expect(stdout.trim()).toBe(user.configFile);
});
