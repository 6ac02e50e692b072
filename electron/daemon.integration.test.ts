import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../e2e/fixtures/eventually.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../e2e/fixtures/servers.ts';
import type { ControlEvent } from '../shared/control-contract.ts';
import type { Snapshot } from '../shared/service-snapshot.ts';
import { systemClock as clock } from './core/clock.ts';
import { connectControl, type ControlClient } from './core/control/control-client.ts';
import { bundleDaemon } from './core/process/testing/bundled-program.ts';
import { userEnvironment, userPaths } from './core/testing/user-home.ts';
import { controlSocketPath } from './core/control/control-paths.ts';
import { processIsRunning } from './core/process/testing/process-watch.ts';

let programFolder: string;
let program: string;
let home: string;
let echo: FixtureServer;
let ports: readonly [number, number];
const daemons = new Set<Daemon>();

interface Daemon {
  readonly process: ChildProcess;
  readonly pid: number;
  output(): string;
  /** The exit code or the signal. */
  readonly ended: Promise<number | string>;
}

beforeAll(() => {
  programFolder = mkdtempSync(path.join(tmpdir(), 'daemon-program-'));
  program = bundleDaemon(programFolder);
});

afterAll(() => {
  rmSync(programFolder, { recursive: true, force: true });
});

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'daemon-'));
  mkdirSync(runFolder(), { mode: 0o700 });
  echo = await startEchoServer();
  ports = [await freePort(), await freePort()];
  writeConfig(tcp('db', ports[0]), command('tool', ports[1]));
});

afterEach(async () => {
  for (const daemon of daemons) daemon.process.kill('SIGKILL');
  await Promise.all([...daemons].map(({ ended }) => ended));
  await echo.stop();
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
});

const runFolder = (): string => path.join(home, 'run');
const environment = () => userEnvironment(home, runFolder());
const socketPath = (): string => controlSocketPath(userPaths(environment()));
const stateFolder = (): string => userPaths(environment()).stateDirectory;
const appLog = (): string =>
  readFileSync(path.join(userPaths(environment()).logDirectory, 'localport.log'), 'utf8');

const tcp = (name: string, port: number): string =>
  `  - { name: ${name}, technology: tcp, local_port: ${port}, remote_port: ${echo.port}, health_check: { type: tcp }, connection: { host: 127.0.0.1 } }\n`;

/** A tunnel that is a child process. */
function command(name: string, port: number): string {
  const relay = path.resolve(import.meta.dirname, '../e2e/fixtures/relay-command.cjs');
  const argv = JSON.stringify([process.execPath, relay, '{socket}', String(echo.port)]);
  return `  - { name: ${name}, technology: command, local_port: ${port}, remote_port: ${echo.port}, connection: { argv: ${argv} } }\n`;
}

function writeConfig(...services: readonly string[]): void {
  const text = `version: "1.0"\nservices:\n${services.join('')}`;
  writeFileSync(path.join(home, '.localport.yaml'), text, { mode: 0o600 });
}

function start(...args: readonly string[]): Daemon {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: home,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const daemon = { process: child, pid: child.pid ?? 0, output: () => output, ended };
  daemons.add(daemon);
  void ended.then(() => daemons.delete(daemon));
  return daemon;
}

async function connect(): Promise<ControlClient> {
  let client: ControlClient | null = null;
  await eventually('the daemon answers', async () => {
    const connected = await connectControl({ socketPath: socketPath(), clock, version: 'test' });
    client = connected.ok ? connected.value : null;
    return connected.ok;
  });
  return client!;
}

const rows = ({ services }: Snapshot): string =>
  services.map(({ name, desired, phase, restarts }) => `${name} ${desired} ${phase} ${restarts}`).join(', ');

async function becomes(client: ControlClient, expected: string): Promise<Snapshot> {
  let last: Snapshot | null = null;
  await eventually(expected, async () => {
    const snapshot = await client.request('snapshot', {});
    last = snapshot.ok ? snapshot.value : null;
    return last !== null && rows(last) === expected;
  });
  return last!;
}

const allUp = 'db on up 0, tool on up 0';
const leftFiles = (): readonly string[] => [
  ...readdirSync(path.dirname(socketPath())),
  ...readdirSync(stateFolder()).filter((name) => /lock|journal/.test(name)),
];

const isAnswered = (port: number): Promise<boolean> =>
  exchange({ host: '127.0.0.1', port }, 'hello').then(
    (answer) => answer === 'hello',
    () => false,
  );

describe('the daemon', () => {
  it('forwards, prints nothing, and leaves nothing behind when stopped', async () => {
    const daemon = start();
    const client = await connect();
    const { services } = await becomes(client, allUp);
    expect(client.host).toMatchObject({ kind: 'headless', pid: daemon.pid, version: '1.2.3' });
    expect(await Promise.all(ports.map(isAnswered))).toEqual([true, true]);
    const phases: string[] = [];
    const stopping = client.stream(
      'shutdown',
      { force: false },
      {
        onEvent: (event) => {
          phases.push(event.kind === 'phase' ? event.state : event.kind);
        },
      },
    );
    expect(await stopping).toEqual({ ok: true, value: undefined });
    expect(await daemon.ended).toBe(0);
    expect(phases.slice(-2)).toEqual(['finished', 'report']);
    expect(await Promise.all(ports.map(isAnswered))).toEqual([false, false]);
    expect(services.map(({ pid }) => pid).filter((pid) => pid !== null && processIsRunning(pid))).toEqual([]);
    expect(leftFiles()).toEqual([]);
    expect(daemon.output()).toBe('');
  });

  it('prints changes of services in the foreground', async () => {
    const daemon = start('--foreground');
    await eventually('the first state', () => daemon.output().includes('● db  up'));
    daemon.process.kill('SIGINT');
    expect(await daemon.ended).toBe(0);
    expect(daemon.output()).toMatch(/\nstopped, nothing is left behind\n$/);
  });

  it('reloads on every SIGHUP, and stops on SIGTERM', async () => {
    const daemon = start('--log-level', 'debug');
    const client = await connect();
    await becomes(client, allUp);
    for (const times of [2, 3, 4]) {
      daemon.process.kill('SIGHUP');
      await eventually(`reload ${times}`, () => appLog().split('has 2 services').length > times);
    }
    expect(rows(await becomes(client, allUp))).toBe(allUp);
    daemon.process.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(leftFiles()).toEqual([]);
  });

  // launchd and systemd restart a daemon that fails, which would undo the stop.
  it('exits with 0 when stopped, even if something is left behind, and reports it', async () => {
    const leave = (): void => writeFileSync(path.join(path.dirname(socketPath()), 'strange'), '');
    const signalled = start('--foreground');
    await connect();
    leave();
    signalled.process.kill('SIGTERM');
    expect(await signalled.ended).toBe(0);
    expect(signalled.output()).toMatch(/stopped, but not cleanly:\n {2}.*strange is left in /);
    const asked = start();
    const client = await connect();
    let problems: readonly string[] = [];
    const onEvent = (event: ControlEvent<'shutdown'>): void => {
      if (event.kind === 'report') problems = event.report.problems;
    };
    await client.stream('shutdown', { force: false }, { onEvent });
    expect(await asked.ended).toBe(0);
    expect(problems).toEqual([expect.stringMatching(/strange is left in /)]);
  });

  it('runs only once: a second start fails and says which instance is running', async () => {
    const first = start();
    await connect();
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(
      new RegExp(
        `^LocalPort could not start: LocalPort 1.2.3 is already running, .*: process ${first.pid}, `,
      ),
    );
  });

  it('exits with 0 if another instance is running, so that a service manager does not restart it', async () => {
    const first = start();
    await connect();
    const second = start('--unless-running');
    expect(await second.ended).toBe(0);
    expect(second.output()).toContain(
      `is already running, without a screen, as the daemon: process ${first.pid}, `,
    );
  });

  it('starts only once when started several times at the same time', async () => {
    const starters = Array.from({ length: 4 }, () => start());
    const client = await connect();
    const losers = starters.filter(({ pid }) => pid !== client.host.pid);
    expect(losers).toHaveLength(3);
    expect(await Promise.all(losers.map(({ ended }) => ended))).toEqual([1, 1, 1]);
  });

  it('starts again after kill -9, and its old tunnels are gone', async () => {
    const killed = start();
    const before = await becomes(await connect(), allUp);
    killed.process.kill('SIGKILL');
    expect(await killed.ended).toBe('SIGKILL');
    const restarted = start();
    const client = await connect();
    await becomes(client, allUp);
    expect(client.host.pid).toBe(restarted.pid);
    const oldPid = before.services[1]?.pid ?? 0;
    await eventually('the old tunnel is gone', () => oldPid > 0 && !processIsRunning(oldPid));
    expect(await Promise.all(ports.map(isAnswered))).toEqual([true, true]);
  });

  it('rejects an invalid command line', async () => {
    const daemon = start('--log-level', 'loud');
    expect(await daemon.ended).toBe(2);
    expect(daemon.output()).toBe(
      'LocalPort could not start: there is no log level "loud"\n' +
        'usage: daemon [--config FILE] [--log-level debug|info|warn|error] [--foreground] [--unless-running]\n',
    );
  });
});
