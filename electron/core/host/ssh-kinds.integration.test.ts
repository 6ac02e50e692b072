/** SOCKS proxies and the user's own ssh master: the real daemon, a real sshd, curl, and clients of our own. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { isReaped } from '../../../e2e/fixtures/process-tree.ts';
import {
  exchange,
  freePort,
  startEchoServer,
  startServer,
  startSilentServer,
} from '../../../e2e/fixtures/servers.ts';
import { type Sshd, startSshd } from '../../../e2e/fixtures/sshd.ts';
import { prepareUserMaster, type UserMaster } from '../../../e2e/fixtures/user-master.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { Scope } from '../scope.ts';
import { startDaemon, type RunningDaemon } from './testing/running-daemon.ts';

const run = promisify(execFile);

let scope: Scope;
let daemon: RunningDaemon;
let sshd: Sshd;
let port: number;

beforeEach(async () => {
  scope = new Scope('test');
  port = await freePort();
  sshd = await startSshd();
  scope.own('sshd', () => sshd.dispose());
  await sshd.trust();
});

afterEach(() => scope.close());

async function runDaemon(service: object): Promise<void> {
  const services = [{ name: 'way', technology: 'ssh', local_port: port, ...service }];
  const env = { PATH: `${sshd.binDirectory}:${process.env['PATH'] ?? ''}` };
  daemon = await startDaemon({ config: JSON.stringify({ version: '1.0', services }), env });
  scope.own('daemon', () => daemon.stop());
}

const login = (): object => ({ host: sshd.host, port: sshd.port, user: sshd.user });

async function state(): Promise<ServiceSnapshot> {
  const [service] = (await daemon.snapshot()).services;
  if (service === undefined) throw new Error('there is no service');
  return service;
}

/** `up, healthy`, `waiting, unknown, …` */
async function becomes(expected: string): Promise<void> {
  let seen = '';
  const isSo = async (): Promise<boolean> => {
    const { phase, health, cause } = await state();
    seen = [phase, health, ...(cause === null ? [] : [cause.title])].join(', ');
    return seen === expected;
  };
  await eventually(expected, isSo, 15_000).catch(() => {
    expect(seen).toBe(expected);
  });
}

async function serveWeb(): Promise<number> {
  const server = createServer((request, response) => response.end(`hello ${request.headers.host ?? ''}`));
  const started = await startServer(server, 0);
  scope.own('web', () => started.stop());
  return started.port;
}

async function echoServer(host?: string): Promise<number> {
  const server = await startEchoServer(0, host);
  scope.own('echo', () => server.stop());
  return server.port;
}

/** A SOCKS client that sends `text` and half-closes. Resolves to the reply code and the answer. */
async function bySocks(request: Buffer, text: string, version: 4 | 5 = 5): Promise<[number, string]> {
  const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  const received = (): Buffer => Buffer.concat(chunks);
  const has = (length: number): Promise<void> =>
    eventually('an answer', () => received().length >= length || socket.readableEnded);
  if (version === 5) {
    socket.write(Buffer.from([5, 1, 0]));
    await has(2);
  }
  socket.write(request);
  const head = version === 5 ? 12 : 8;
  await has(head);
  const code = received()[version === 5 ? 3 : 1] ?? -1;
  const ended = once(socket, 'close');
  socket.end(text);
  await ended;
  return [code, received().subarray(head).toString()];
}

const portBytes = (at: number): Buffer => Buffer.from([at >> 8, at & 255]);
const named = (host: string, at: number, command = 1): Buffer =>
  Buffer.concat([Buffer.from([5, command, 0, 3, host.length]), Buffer.from(host), portBytes(at)]);
const v4 = (at: number): Buffer => Buffer.concat([Buffer.from([5, 1, 0, 1, 127, 0, 0, 1]), portBytes(at)]);
const v6 = (at: number): Buffer =>
  Buffer.concat([Buffer.from([5, 1, 0, 4, ...Array.from({ length: 15 }, () => 0), 1]), portBytes(at)]);

describe('a SOCKS proxy', () => {
  beforeEach(async () => {
    await runDaemon({ dynamic: true, connection: login() });
    await becomes('up, healthy');
  });

  it('serves curl with names that the remote end resolves, and several targets at once', async () => {
    expect((await state()).route).toBe(`via ${sshd.user}@${sshd.host} (SOCKS)`);
    const web = await serveWeb();
    const get = async (proxy: string): Promise<string> =>
      (await run('curl', ['-s', '-m', '10', ...proxy.split(' '), `http://localhost:${web}/`])).stdout;
    expect(await get(`--socks5-hostname 127.0.0.1:${port}`)).toBe(`hello localhost:${web}`);
    expect(await get(`--socks4a 127.0.0.1:${port}`)).toBe(`hello localhost:${web}`);
    expect(await get(`--socks4 127.0.0.1:${port}`)).toBe(`hello localhost:${web}`);
    expect(await get(`--socks5 127.0.0.1:${port}`)).toBe(`hello localhost:${web}`);
  });

  it('accepts IPv4 and IPv6 addresses and names, and preserves half-close', async () => {
    const echo = await echoServer();
    const echo6 = await echoServer('::1');
    expect(await bySocks(v4(echo), 'by IPv4')).toEqual([0, 'by IPv4']);
    expect(await bySocks(v6(echo6), 'by IPv6')).toEqual([0, 'by IPv6']);
    expect(await bySocks(named('localhost', echo), 'by name')).toEqual([0, 'by name']);
    const request4 = Buffer.concat([Buffer.from([4, 1]), portBytes(echo), Buffer.from([127, 0, 0, 1, 0])]);
    expect(await bySocks(request4, 'by version 4', 4)).toEqual([0x5a, 'by version 4']);
  });

  it('reports a refusal with its own code, and stays healthy', async () => {
    expect((await bySocks(v4(await freePort()), ''))[0]).toBe(5);
    expect((await bySocks(named('nowhere.invalid', 80), ''))[0]).toBe(4);
    expect((await bySocks(named('localhost', 80, 2), ''))[0]).toBe(7);
    expect((await bySocks(named('localhost', 80, 3), ''))[0]).toBe(7);
    const dead = Buffer.concat([
      Buffer.from([4, 1]),
      portBytes(await freePort()),
      Buffer.from([127, 0, 0, 1, 0]),
    ]);
    expect((await bySocks(dead, '', 4))[0]).toBe(0x5b);
    await becomes('up, healthy');
    expect(await state()).toMatchObject({ restarts: 0 });
  });

  it('closes a client that uses another protocol, and stays healthy', async () => {
    expect(await exchange({ host: '127.0.0.1', port }, 'GET / HTTP/1.1\r\n\r\n').catch(() => '')).toBe('');
    const said = await daemonLog(/SOCKS: the client speaks HTTP/);
    expect(said).toHaveLength(1);
    await becomes('up, healthy');
    expect(await state()).toMatchObject({ restarts: 0 });
  });

  it('confirms only what the remote end has confirmed', async () => {
    const silent = await startSilentServer();
    scope.own('silent', () => silent.stop());
    const client = net.connect({ host: '127.0.0.1', port });
    scope.own('client', () => void client.destroy());
    const chunks: Buffer[] = [];
    client.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
    client.write(Buffer.from([5, 1, 0]));
    await eventually('the greeting', () => Buffer.concat(chunks).length === 2);
    await sshd.freezeSessions(true);
    client.write(v4(silent.port));
    expect(silent.connections).toBe(0);
    expect(Buffer.concat(chunks).length).toBe(2);
    await sshd.freezeSessions(false);
    await eventually('the confirmation', () => Buffer.concat(chunks).length === 12);
    expect(silent.connections).toBe(1);
  });

  it('holds a client while the transport is down, and then serves it', async () => {
    const echo = await echoServer();
    await sshd.kill();
    await eventually('the transport is down', async () => (await state()).phase !== 'up');
    const waiting = bySocks(v4(echo), 'held');
    await sshd.start();
    expect(await waiting).toEqual([0, 'held']);
    await becomes('up, healthy');
  });
});

async function daemonLog(pattern: RegExp): Promise<readonly string[]> {
  const query = { services: ['way'], tailLines: null, since: null, until: null, grep: null };
  const found: string[] = [];
  const ending = new AbortController();
  const stream = daemon.client.stream(
    'logs',
    { query, follow: true },
    {
      onEvent: ({ lines }) => void found.push(...lines.filter((line) => pattern.test(line))),
      signal: ending.signal,
    },
  );
  await eventually(String(pattern), () => found.length > 0);
  ending.abort();
  await stream;
  return found;
}

describe("a service on the user's own master", () => {
  let master: UserMaster;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'cm-'));
    master = await prepareUserMaster(sshd, folder);
    scope.own('folder', () => rm(folder, { recursive: true, force: true }));
    scope.own("the user's master", () => master.kill('SIGKILL'));
  });

  const logins = (): number => sshd.log.filter((line) => line.includes('Accepted publickey')).length;

  it('tells how to open it, comes up with it, and waits for it again', async () => {
    const echo = await echoServer();
    const connection = { host: 'bastion', remote_host: '127.0.0.1', control_path: 'user' };
    await runDaemon({ remote_port: echo, hold: '30s', connection });
    await becomes('failed, unknown, You have no open ssh connection to bastion');
    expect((await state()).cause?.action).toMatchObject({ command: 'ssh -fNM bastion' });
    await master.start();
    await becomes('up, ready');
    expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');
    await becomes('up, healthy');
    expect(await state()).toMatchObject({ pid: null });

    await master.kill('SIGKILL');
    await rm(master.controlPath, { force: true });
    const held = exchange({ host: '127.0.0.1', port }, 'held');
    await becomes('failed, unknown, You have no open ssh connection to bastion');
    await master.start();
    expect(await held).toBe('held');
    expect(logins()).toBe(2);
  });

  it('leaves nothing on it when LocalPort is killed with open, refused and pending connections', async () => {
    const echo = await echoServer();
    await master.start();
    const connection = { host: 'bastion', control_path: 'user' };
    await runDaemon({ dynamic: true, connection });
    await becomes('up, healthy');
    expect(await bySocks(v4(echo), 'hello')).toEqual([0, 'hello']);
    expect((await bySocks(v4(await freePort()), ''))[0]).toBe(5);
    const open = net.connect({ host: '127.0.0.1', port }).on('error', () => undefined);
    scope.own('client', () => void open.destroy());
    open.write(Buffer.concat([Buffer.from([5, 1, 0]), v4(echo)]));
    await once(open, 'data');
    const requested = (): number => master.said.split('new stdio-forward').length - 1;
    const before = requested();
    await sshd.freezeSessions(true);
    const pending = net.connect({ host: '127.0.0.1', port }).on('error', () => undefined);
    scope.own('pending', () => void pending.destroy());
    pending.write(Buffer.concat([Buffer.from([5, 1, 0]), v4(echo)]));
    await eventually('its channel is asked for', () => requested() > before);
    process.kill(daemon.pid, 'SIGKILL');
    await eventually('the daemon is gone', () => isReaped(daemon.pid));
    await sshd.freezeSessions(false);

    await eventually('the master has freed all channels', () => channelsLeft(master.said) === 0);
    expect(await master.ask('check')).toBe(true);
    expect(isReaped(master.pid ?? 0)).toBe(false);
    // It was never asked for a forward, so none is left, and nothing listens.
    expect(master.said).not.toMatch(/port.listener|unix.listener|Local (?:connections|forwarding)/i);
    expect(logins()).toBe(1);
  });
});

/** Channels that a master at LogLevel DEBUG1 has opened and not freed, except for that of its listener. */
function channelsLeft(said: string): number {
  const open = new Set<string>();
  for (const [, made, freed] of said.matchAll(/channel (\d+): new |channel (\d+): free: /g)) {
    if (made !== undefined) open.add(made);
    if (freed !== undefined) open.delete(freed);
  }
  open.delete('0');
  return open.size;
}
