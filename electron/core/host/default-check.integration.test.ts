/** How a service without a configured check reports its target: the real daemon, a real sshd, servers that start and stop. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../../../e2e/fixtures/servers.ts';
import { startSshd } from '../../../e2e/fixtures/sshd.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { Scope } from '../scope.ts';
import { startDaemon, type RunningDaemon } from './testing/running-daemon.ts';

/** An address at which nothing else listens on a well-known port. */
const knownHost = '127.0.0.77';

let scope: Scope;
let daemon: RunningDaemon;
let port: number;

beforeEach(async () => {
  scope = new Scope('test');
  port = await freePort();
});

afterEach(() => scope.close());

async function run(service: object, bin?: string): Promise<void> {
  const services = [{ name: 'target', local_port: port, hold: '1s', ...service }];
  const env = bin === undefined ? {} : { PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  daemon = await startDaemon({ config: JSON.stringify({ version: '1.0', services }), env });
  scope.own('daemon', () => daemon.stop());
}

const relayTo = (remotePort: number): object => ({
  technology: 'tcp',
  remote_port: remotePort,
  connection: { host: '127.0.0.1' },
});

async function sshTo(remoteHost: string, remotePort: number): Promise<Parameters<typeof run>> {
  const sshd = await startSshd();
  scope.own('sshd', () => sshd.dispose());
  await sshd.trust();
  const connection = { host: sshd.host, port: sshd.port, user: sshd.user, remote_host: remoteHost };
  return [{ technology: 'ssh', remote_port: remotePort, connection }, sshd.binDirectory];
}

/** A server on that port, or on any port. */
async function echoAt(at?: number, host?: string): Promise<FixtureServer> {
  const server = await startEchoServer(at, host);
  scope.own('echo server', () => server.stop());
  return server;
}

async function target(): Promise<ServiceSnapshot> {
  const [service] = (await daemon.snapshot()).services;
  if (service === undefined) throw new Error('there is no service');
  return service;
}

/** `up, unhealthy, 127.0.0.1:7000 refused the connection` */
async function becomes(expected: string): Promise<void> {
  let seen = '';
  const isSo = async (): Promise<boolean> => {
    const { phase, health, cause } = await target();
    seen = [phase, health, ...(cause === null ? [] : [cause.title])].join(', ');
    return seen === expected;
  };
  await eventually(expected, isSo, 15_000).catch(() => {
    expect(seen).toBe(expected);
  });
}

/** A client that sends something; returns its answer, or nothing. */
const visit = (): Promise<string> => exchange({ host: '127.0.0.1', port }, 'hello').catch(() => '');

/** A client that sends something and waits as long as the connection lasts. */
const ask = (): Promise<void> =>
  new Promise((resolve) => {
    const client = connect({ host: '127.0.0.1', port }).once('close', () => {
      resolve();
    });
    client.on('error', () => undefined).resume();
    client.write('hello');
  });

/** Resolves to the port of the server. */
async function serve(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer(onConnection).listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.own('server', () => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('an untried target', () => {
  it('is ready without a connection, and healthy as soon as a client has got an answer', async () => {
    const echo = await echoAt();
    await run(relayTo(echo.port));
    await becomes('up, ready');
    expect(echo.connections).toBe(0);
    expect(await visit()).toBe('hello');
    await becomes('up, healthy');
    expect(echo.connections).toBe(1);
  });

  it('is healthy after one hello if the port tells its protocol', async () => {
    const redis = await echoAt(6379, knownHost);
    await run({ ...relayTo(6379), connection: { host: knownHost } });
    await becomes('up, healthy');
    expect(redis.connections).toBe(1);
  });
});

describe('the first failed connection', () => {
  it('reports that it was refused, until there is an answer', async () => {
    const dead = await freePort();
    await run(relayTo(dead));
    await becomes('up, ready');
    await visit();
    await becomes(`up, unhealthy, 127.0.0.1:${dead} refused the connection`);
    await echoAt(dead);
    expect(await visit()).toBe('hello');
    await becomes('up, healthy');
  });

  it('reports that the name is unknown', async () => {
    await run({ technology: 'tcp', remote_port: 7000, connection: { host: 'nowhere.invalid' } });
    await becomes('up, ready');
    await visit();
    await becomes('up, unhealthy, The name nowhere.invalid was not found');
  });

  it('reports that it was closed without an answer', async () => {
    const remotePort = await serve((socket) => socket.on('data', () => socket.end()));
    await run(relayTo(remotePort));
    await becomes('up, ready');
    await ask();
    await becomes(`up, unhealthy, 127.0.0.1:${remotePort} closed the connection without an answer`);
  });
});

describe('a dead target behind ssh', () => {
  it('is one steady state from the first client on, with a single login', async () => {
    const dead = await freePort();
    await run(...(await sshTo('127.0.0.1', dead)));
    await becomes('up, ready');
    const { pid } = await target();
    await visit();
    await becomes(`up, unhealthy, The tunnel is up, but 127.0.0.1:${dead} refused the connection`);
    const { stop, seen } = watch();
    for (let count = 0; count < 5; count += 1) await visit();
    await stop();
    expect(seen()).toEqual([`unhealthy, The tunnel is up, but 127.0.0.1:${dead} refused the connection`]);
    expect(await target()).toMatchObject({ pid, restarts: 0 });
    await echoAt(dead);
    expect(await visit()).toBe('hello');
    await becomes('up, healthy');
  });

  it('is detected by the hello if its protocol is known, and so is its recovery', async () => {
    await run(...(await sshTo(knownHost, 6379)));
    await becomes(`up, unhealthy, The tunnel is up, but ${knownHost}:6379 refused the connection`);
    expect(await target()).toMatchObject({ restarts: 0 });
    await echoAt(6379, knownHost);
    await becomes('up, healthy');
  });
});

/** The reports about the target from now on, each one once. */
function watch(): { readonly seen: () => readonly string[]; readonly stop: () => Promise<void> } {
  const said = new Set<string>();
  const ending = new AbortController();
  const ended = daemon.client.stream(
    'watch-snapshot',
    { live: false },
    {
      onEvent: ({ services: [service] }) => {
        said.add(`${service?.health ?? 'gone'}, ${service?.cause?.title ?? 'no cause'}`);
      },
      signal: ending.signal,
    },
  );
  return {
    seen: () => [...said],
    stop: async () => {
      ending.abort();
      await ended;
    },
  };
}
