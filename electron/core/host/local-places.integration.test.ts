/** Where the services of a complete host listen: addresses, and ports that are chosen or shared. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../../../e2e/fixtures/servers.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { systemClock as clock } from '../clock.ts';
import { prepareAppPaths, resolveAppPaths } from '../config/app-paths.ts';
import { workInProcess } from '../config/edit/text-work.ts';
import { compileInProcess } from '../config/in-process-compiler.ts';
import { openLogStore } from '../observability/log-store.ts';
import { AppHost } from './app-host.ts';
import { HostNotices } from './host-notices.ts';

let home: string;
let echo: FixtureServer;
let host: AppHost;

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'places-'));
  mkdirSync(path.join(home, 'run'), { mode: 0o700 });
  echo = await startEchoServer();
});

afterEach(async () => {
  await host.shutdown('the test is over');
  await echo.stop();
  rmSync(home, { recursive: true, force: true });
});

type Entry = Readonly<Record<string, unknown>> & { readonly name: string };

/** A relay to the echo server. */
const relay = (name: string, keys: Readonly<Record<string, unknown>>): Entry => ({
  name,
  technology: 'tcp',
  remote_port: echo.port,
  connection: { host: '127.0.0.1' },
  ...keys,
});

const write = (...services: readonly Entry[]): void =>
  writeFileSync(path.join(home, 'localport.yaml'), JSON.stringify({ services }), { mode: 0o600 });

async function start(...services: readonly Entry[]): Promise<void> {
  write(...services);
  const uid = process.getuid?.() ?? 0;
  const processEnv = {
    PATH: process.env['PATH'],
    HOME: home,
    SHELL: '/bin/sh',
    XDG_RUNTIME_DIR: path.join(home, 'run'),
  };
  const paths = resolveAppPaths({ platform: 'linux', env: processEnv, homeDirectory: home, uid });
  expect(await prepareAppPaths(paths, uid)).toMatchObject({ ok: true });
  host = await AppHost.create({
    kind: 'headless',
    version: '0',
    config: { path: path.join(home, 'localport.yaml'), foundBy: 'option' },
    paths,
    processEnv,
    homeDirectory: home,
    uid,
    clock,
    logs: openLogStore({ directory: paths.logDirectory, clock, level: 'info' }),
    notices: new HostNotices(paths),
    compileConfig: compileInProcess,
    editConfig: workInProcess,
  });
  await host.start();
}

async function reload(...services: readonly Entry[]): Promise<void> {
  write(...services);
  await host.reload();
}

const service = (name: string): ServiceSnapshot | undefined =>
  host.snapshot().services.find((one) => one.name === name);

const isUp = (name: string): Promise<void> =>
  eventually(`${name} is up`, () => service(name)?.phase === 'up' && service(name)?.addresses.length !== 0);

it('opens a service at its bind address, and moves only that service when bind is edited', async () => {
  const [port, other] = [await freePort(), await freePort()];
  const neighbor = relay('neighbor', { local_port: other });
  await start(relay('db', { local_port: port, bind: '127.0.0.2' }), neighbor);
  await Promise.all([isUp('db'), isUp('neighbor')]);
  expect(service('db')).toMatchObject({ bind: '127.0.0.2', addresses: [`127.0.0.2:${port}`] });
  expect(await exchange({ host: '127.0.0.2', port }, 'hello')).toBe('hello');
  await expect(exchange({ host: '127.0.0.1', port }, 'hello')).rejects.toThrow('ECONNREFUSED');

  const since = service('neighbor')?.since;
  await reload(relay('db', { local_port: port, bind: '0.0.0.0' }), neighbor);
  await isUp('db');
  expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');
  expect(service('neighbor')?.since).toBe(since);
  expect(host.snapshot().config.problems.map(({ message }) => message)).toEqual([
    '0.0.0.0 lets other machines connect to db: remove bind to accept connections from this machine only',
  ]);
});

it('reports a bind address that this machine does not have, and starts once it has it', async () => {
  const port = await freePort();
  await start(relay('db', { local_port: port, bind: '192.0.2.1' }));
  await eventually('the cause is known', () => service('db')?.cause !== null);
  expect(service('db')?.cause).toMatchObject({
    code: 'address-missing',
    title: '192.0.2.1 is not an address of this machine',
  });
  await reload(relay('db', { local_port: port, bind: '127.0.0.1' }));
  await isUp('db');
});

const stateFile = (): string => path.join(home, '.local/state/localport/local-ports.json');
const auto = (name: string, keys: Readonly<Record<string, unknown>> = {}): Entry =>
  relay(name, { local_port: 'auto', ...keys });
const portOf = (name: string): number => service(name)?.localPort ?? 0;

/** Runs while another program has the port. */
async function whileTaken(port: number, work: () => Promise<void>): Promise<void> {
  const server = createServer().listen({ host: '127.0.0.1', port });
  await once(server, 'listening');
  try {
    await work();
  } finally {
    server.close();
    await once(server, 'close');
  }
}

it('chooses a port for local_port: auto, and keeps it across reloads and restarts', async () => {
  await start(auto('db'), auto('cache', { enabled: false }));
  await isUp('db');
  const [db, cache] = [portOf('db'), portOf('cache')];
  expect(await exchange({ host: '127.0.0.1', port: db }, 'hello')).toBe('hello');
  expect([cache > 0, cache === db]).toEqual([true, false]);
  const since = service('db')?.since;
  await reload(auto('cache', { enabled: false }), auto('db'), auto('more'));
  expect([portOf('db'), portOf('cache'), service('db')?.since]).toEqual([db, cache, since]);
  await host.shutdown('a restart');

  expect(statSync(stateFile()).mode & 0o777).toBe(0o600);
  await start(auto('new'), auto('db'), auto('cache'));
  await Promise.all([isUp('db'), isUp('cache')]);
  expect([portOf('db'), portOf('cache')]).toEqual([db, cache]);
  await eventually(
    'a removed service is forgotten',
    () => !readFileSync(stateFile(), 'utf8').includes('more'),
  );
});

it('chooses no port that the config or an earlier choice gives to another service', async () => {
  await start(auto('db'));
  const first = portOf('db');
  await host.shutdown('a restart');
  rmSync(stateFile());
  // The name alone would give the same port again.
  await start(auto('db'), relay('fixed', { local_port: first, enabled: false }));
  await isUp('db');
  expect(portOf('db')).not.toBe(first);
  const second = portOf('db');
  await reload(auto('db'), relay('fixed', { local_port: second, enabled: false }));
  expect([0, second]).not.toContain(portOf('db'));
});

it('chooses another port if the first one is taken at the start, and reports that', async () => {
  await start(auto('db'));
  await isUp('db');
  const first = portOf('db');
  await host.shutdown('a restart');
  await whileTaken(first, async () => {
    await start(auto('db'));
    await isUp('db');
    expect(portOf('db')).not.toBe(first);
    expect(host.snapshot().host.notices).toEqual([
      expect.stringContaining(
        `db now listens on port ${portOf('db')}, as its previous port ${first} is used by`,
      ),
    ]);
  });
  const second = portOf('db');
  await host.reload();
  expect(portOf('db')).toBe(second);
});

it('checks the port of a service that was off again', async () => {
  await start(auto('db', { enabled: false }));
  const first = portOf('db');
  await whileTaken(first, async () => {
    await host.reload();
    expect(portOf('db')).toBe(first);
    await host.setDesired('db', 'on');
    await isUp('db');
    expect([0, first]).not.toContain(portOf('db'));
  });
});

it('starts in spite of a damaged file of chosen ports', async () => {
  mkdirSync(path.dirname(stateFile()), { recursive: true, mode: 0o700 });
  writeFileSync(stateFile(), '{"version": 1, "ports": [{"name": "db", "port": "x"', { mode: 0o600 });
  await start(auto('db'));
  await isUp('db');
  await host.shutdown('a restart');
  expect(JSON.parse(readFileSync(stateFile(), 'utf8'))).toEqual({
    version: 1,
    ports: [{ name: 'db', port: portOf('db') }],
  });
});

it('lets services share a port if at most one is on, and names that one', async () => {
  const port = await freePort();
  const sharing = (prod: boolean, test: boolean): readonly Entry[] => [
    relay('prod', { local_port: port, enabled: prod }),
    relay('test', { local_port: port, enabled: test }),
  ];
  await start(...sharing(false, true));
  await isUp('test');
  expect(host.snapshot().config).toMatchObject({ status: 'loaded', problems: [] });
  expect([host.holderOf('prod'), host.holderOf('test')]).toEqual(['test', null]);

  // As the popover does.
  await host.setDesired('prod', 'on');
  await eventually('the cause is known', () => service('prod')?.cause !== null);
  expect(service('prod')?.cause).toMatchObject({
    code: 'port-in-use',
    title: `Port ${port} is used by the service test`,
    remedy: 'Only one of the two can be on: stop the other one first, with localport stop test',
    action: { kind: 'use-free-port' },
  });
  expect(service('test')?.phase).toBe('up');
  await host.setDesired('test', 'off');
  await isUp('prod');

  await reload(...sharing(true, false));
  await reload(...sharing(false, true));
  await isUp('test');
  expect(service('prod')).toMatchObject({ desired: 'off', cause: null });
});

it('refuses a port for this run at which a service would lead to itself, even through another one', async () => {
  const [own, other, further] = [await freePort(), await freePort(), await freePort()];
  const ring = relay('ring', { local_port: own, remote_port: other });
  await start(ring, relay('back', { local_port: further, remote_port: own }));
  expect(await host.turnOnAt('ring', other)).toEqual({
    ok: false,
    error: `at port ${other} it would lead to itself`,
  });
  expect(await host.turnOnAt('back', other)).toEqual({
    ok: false,
    error: `at port ${other} it would lead to itself through ring`,
  });
  expect(service('ring')).toMatchObject({ localPort: own, configuredPort: null });
});

const socketIn = (...parts: readonly string[]): string => path.join(home, ...parts, 'db.sock');
const modeOf = (file: string): number => statSync(file).mode & 0o777;
const stopped = (name: string): Promise<void> =>
  eventually(`${name} has failed`, () => service(name)?.cause !== null);

it('opens a Unix socket that only this user can reach beside the port, and removes it at the end', async () => {
  const port = await freePort();
  const socket = socketIn('sockets');
  await start(relay('db', { local_port: port, local_socket: 'sockets/db.sock' }));
  await isUp('db');
  expect(service('db')).toMatchObject({
    localPort: port,
    localSocket: socket,
    addresses: [`127.0.0.1:${port}`, `[::1]:${port}`, socket],
  });
  expect([modeOf(path.dirname(socket)), modeOf(socket)]).toEqual([0o700, 0o600]);
  expect(await exchange({ path: socket }, 'hello')).toBe('hello');
  expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');
  await host.setDesired('db', 'off');
  await eventually('the socket is gone', () => !existsSync(socket));
});

it('opens a Unix socket instead of a port, moves it with the config, and holds clients on it', async () => {
  await start(relay('db', { local_socket: socketIn(), remote_port: 1 }));
  await eventually('the socket is open', () => existsSync(socketIn()));
  const answer = exchange({ path: socketIn() }, 'held');
  await eventually('the client waits', () => service('db')?.held === 1);
  expect(service('db')).toMatchObject({ localPort: 0, addresses: [socketIn()] });
  await reload(relay('db', { local_socket: socketIn() }));
  expect(await answer).toBe('held');
  mkdirSync(path.join(home, 'new'), { mode: 0o700 });
  await reload(relay('db', { local_socket: socketIn('new') }));
  await isUp('db');
  expect(existsSync(socketIn())).toBe(false);
  expect(await exchange({ path: socketIn('new') }, 'hello')).toBe('hello');
});

it('replaces a socket that a crash left behind, and nothing else', async () => {
  const left = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', left, socketIn()]);
  expect(lstatSync(socketIn()).isSocket()).toBe(true);
  mkdirSync(path.join(home, 'file'));
  writeFileSync(socketIn('file'), 'precious');
  mkdirSync(path.join(home, 'used'));
  const other = createServer().listen(socketIn('used'));
  await once(other, 'listening');
  await start(
    relay('db', { local_socket: socketIn() }),
    relay('file', { local_socket: socketIn('file') }),
    relay('used', { local_socket: socketIn('used') }),
  );
  await Promise.all([isUp('db'), stopped('file'), stopped('used')]);
  expect(await exchange({ path: socketIn() }, 'hello')).toBe('hello');
  expect(service('file')?.cause?.title).toContain('something else');
  expect(readFileSync(socketIn('file'), 'utf8')).toBe('precious');
  expect(service('used')?.cause?.title).toContain('is used by another program');
  other.close();
});

it.each([
  ['of others', 0o777],
  ['of a group', 0o770],
  ['of everybody, though sticky', 0o1777],
])('opens no socket in a folder %s, where another could be put in its place', async (_, mode) => {
  mkdirSync(path.join(home, 'shared'));
  chmodSync(path.join(home, 'shared'), mode);
  await start(relay('db', { local_socket: socketIn('shared') }));
  await stopped('db');
  expect(service('db')).toMatchObject({ addresses: [], cause: { code: 'config-invalid' } });
  expect(service('db')?.cause?.title).toContain('others can write to the folder');
  expect(existsSync(socketIn('shared'))).toBe(false);
});

it('admits only HTTP clients with an allowed name, and passes on everything that they have sent', async () => {
  const port = await freePort();
  await start(relay('web', { local_port: port, allowed_hosts: ['localhost', '::1'] }));
  await isUp('web');
  const ask = (text: string): Promise<string> => exchange({ host: '127.0.0.1', port }, text);
  const request = (host: string, more = ''): string => `GET / HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
  const long = request('localhost', `X: ${'x'.repeat(12_000)}\r\n`) + 'body'.repeat(50_000);
  for (const text of [request('localhost'), request(`LocalHost:${port}`), request('[::1]:1'), long])
    expect(await ask(text)).toBe(text);
  const tooLong = request('localhost', `X: ${'x'.repeat(20_000)}\r\n`);
  for (const text of [
    request('evil.example'),
    request('localhost.evil.example'),
    'PING\r\n\r\n',
    tooLong,
    'GET ',
  ])
    expect(await ask(text)).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
  expect(service('web')).toMatchObject({ connections: 0, held: 0 });
  // A client that sends nothing does not prevent the service from stopping.
  const silent = connect({ host: '127.0.0.1', port });
  const isGone = new Promise((resolve) => silent.on('error', () => undefined).once('close', resolve));
  silent.resume();
  await once(silent, 'connect');
  await host.setDesired('web', 'off');
  await isGone;
});
