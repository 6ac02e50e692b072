/** Commands that keep running: how they follow changes, and how they end. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../e2e/fixtures/eventually.ts';
import { freePort, startEchoServer, type FixtureServer } from '../../e2e/fixtures/servers.ts';
import { processIsRunning } from '../core/process/testing/process-watch.ts';
import { CommandUser } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const relay = path.resolve(import.meta.dirname, '../../e2e/fixtures/relay-command.cjs');

const program = installForFile();
let echo: FixtureServer;
let user: CommandUser;
let ports: readonly [number, number];

beforeEach(async () => {
  echo = await startEchoServer();
  ports = [await freePort(), await freePort()];
  user = new CommandUser(program.folder);
  user.writeConfig(
    `name: db, technology: tcp, local_port: ${ports[0]}, remote_port: ${echo.port}, health_check: { type: tcp }, connection: { host: 127.0.0.1 }`,
    `name: tool, technology: command, local_port: ${ports[1]}, health_check: { type: tcp }, connection: { argv: ["${process.execPath}", "${relay}", "{socket}", "${echo.port}"] }`,
  );
  await user.run('start', '--all', '--wait');
});

afterEach(async () => {
  await user.dispose();
  await echo.stop();
});

interface Seen {
  out: string;
  err: string;
}

/** The output so far of a command that keeps running. */
function listenTo({ stdout, stderr }: ChildProcess): Seen {
  const seen: Seen = { out: '', err: '' };
  stdout?.on('data', (chunk: Buffer) => (seen.out += chunk.toString()));
  stderr?.on('data', (chunk: Buffer) => (seen.err += chunk.toString()));
  return seen;
}

interface Status {
  readonly host: { readonly pid: number } | null;
  readonly services: readonly {
    readonly name: string;
    readonly phase: string;
    readonly health: string;
    readonly pid: number | null;
  }[];
}

const readStatus = async (): Promise<Status> =>
  JSON.parse((await user.run('status', '-o', 'json')).out) as Status;

describe('status --watch', () => {
  it('redraws the table for each change, one below the other if it cannot draw over the last one', async () => {
    const watch = user.begin('status', '--watch', '--interval', '10ms', 'db');
    const seen = listenTo(watch);
    const ended = once(watch, 'close');
    const pictures = (): readonly string[] =>
      seen.out.split('\n\n   NAME').map((text) => text.split('\n')[1] ?? '');
    await eventually('the first picture', () => seen.out.includes('1 of 1 up'));
    await user.run('stop', 'db');
    await eventually('the second state', () => pictures().at(-1)?.startsWith('○  db    off') === true);
    await user.run('start', 'db', '--wait');
    await eventually('the third state', () => pictures().at(-1)?.startsWith('●  db    up') === true);
    watch.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(seen.err).toBe('');
    expect(seen.out).not.toContain('\u001b');
  });

  it('shows at most one picture per interval, and the newest one then', async () => {
    const watch = user.begin('status', '--watch', '--interval', '1h', '-o', 'text');
    const seen = listenTo(watch);
    const ended = once(watch, 'close');
    await eventually('the first picture', () => seen.out.includes('tool\tup'));
    await user.run('stop', 'tool');
    watch.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(seen.out).not.toContain('tool\toff');
  });

  it('ends with the host, and says so', async () => {
    const watch = user.begin('status', '--watch', '-o', 'json');
    const seen = listenTo(watch);
    const ended = once(watch, 'close');
    await eventually('the first picture', () => seen.out.includes('"db"'));
    await user.run('daemon', 'stop');
    const [code] = (await ended) as [number];
    expect({ code, err: seen.err }).toEqual({ code: 1, err: 'error: LocalPort is stopping\n' });
  });

  it.each([
    ['status --watch', 'status', '--watch'],
    ['status --watch -o json', 'status', '--watch', '-o', 'json'],
    ['logs -f', 'logs', '-f'],
  ])('%s ends without noise when its reader has had enough', async (_title, ...args) => {
    const command = user.begin(...args);
    const { stdout } = command;
    const seen = { err: '' };
    command.stderr?.on('data', (chunk: Buffer) => (seen.err += chunk.toString()));
    const ended = once(command, 'close');
    if (stdout === null) throw new Error('it has no output');
    await once(stdout, 'data');
    stdout.destroy();
    await user.run('restart', '--all');
    expect(await ended).toEqual([0, null]);
    expect(seen.err).toBe('');
  });
});

describe('Ctrl-C', () => {
  it('ends a waiting start, with 130, and keeps what was started', async () => {
    const dead = await freePort();
    user.writeConfig(
      `name: dead, technology: tcp, local_port: ${ports[0]}, remote_port: ${dead}, health_check: { type: tcp }, connection: { host: 127.0.0.1 }`,
    );
    await user.run('daemon', 'reload');
    const start = user.begin('start', 'dead', '--wait', '--timeout', '1h', '-v');
    const seen = listenTo(start);
    const ended = once(start, 'close');
    await eventually('it has found the host', () => seen.err.includes('using LocalPort: '));
    await eventually('it is asked for', async () => (await readStatus()).services[0]?.phase === 'retrying');
    start.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(seen.out).toBe('');
  });
});

describe('kill -9 of the daemon', () => {
  it('ends its tunnels; then no host runs, and the next start takes over lock, ports, and services', async () => {
    const before = await readStatus();
    const killed = before.host?.pid ?? 0;
    const tunnel = before.services.find(({ name }) => name === 'tool')?.pid ?? 0;
    expect([killed > 1, tunnel > 1]).toEqual([true, true]);
    process.kill(killed, 'SIGKILL');
    await eventually('its tunnel is gone', () => !processIsRunning(tunnel));
    expect(await user.run('daemon', 'status')).toEqual({ code: 1, out: 'not running\n', err: '' });
    expect((await readStatus()).services.map(({ name, phase }) => `${name} ${phase}`)).toEqual([
      'db off',
      'tool off',
    ]);

    expect((await user.run('daemon', 'start')).code).toBe(0);
    expect(await user.run('start', '--all', '--wait')).toEqual({
      code: 0,
      out: `✓ db  up on localhost:${ports[0]}\n✓ tool  up on localhost:${ports[1]}\n`,
      err: '',
    });
    const after = await readStatus();
    expect(after.host?.pid).not.toBe(killed);
    expect((await user.run('daemon', 'stop')).code).toBe(0);
    expect((await readStatus()).host).toBeNull();
  });
});
