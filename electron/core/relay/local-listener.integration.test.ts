import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joinHostPort } from '../../../shared/bind-address.ts';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { isAnswered } from './answered-port.ts';
import { listenLocally, type ListenRequest } from './local-listener.ts';
import { connectClient, freePort } from './testing/loopback-peers.ts';

const listenerProgram = `
  const [host, port] = process.argv.slice(1);
  require('node:net').createServer().listen({ host, port }, () => process.stdout.write('listening'));
`;

let port: number;
const servers: Server[] = [];

beforeEach(async () => {
  port = await freePort();
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function occupy(host: string): Promise<void> {
  const server = createServer((socket) => socket.destroy()).listen({ host, port });
  servers.push(server);
  await once(server, 'listening');
}

const listen = (options: Partial<ListenRequest> = {}) =>
  listenLocally({
    port,

    clock: systemClock,
    log: silentLogger,
    onConnection: (client) => client.destroy(),
    ...options,
  });

const isFree = async (host: string): Promise<boolean> => {
  const server = createServer().listen({ host, port });
  const [outcome] = await Promise.race([
    once(server, 'listening').then(() => [true]),
    once(server, 'error').then(() => [false]),
  ]);
  server.close();
  return outcome === true;
};

describe('the listener', () => {
  it('opens both loopback addresses', async () => {
    const listening = await listen();
    if (!listening.ok) throw new Error(listening.error.title);
    expect(listening.value.addresses).toEqual([`127.0.0.1:${port}`, `[::1]:${port}`]);
    await listening.value.close();
    expect([await isFree('127.0.0.1'), await isFree('::1')]).toEqual([true, true]);
  });

  it.each([
    ['127.0.0.1', '::1'],
    ['::1', '127.0.0.1'],
    ['0.0.0.0', '::1'],
  ])('opens neither when %s is taken, and names the holder', async (taken, other) => {
    await occupy(taken);
    const listening = await listen();
    expect(listening).toMatchObject({
      ok: false,
      error: {
        code: 'port-in-use',
        evidence: 'EADDRINUSE',
        title: expect.stringMatching(
          new RegExp(`^Port ${port} is used by .+ \\(pid ${process.pid}\\)$`),
        ) as string,
      },
    });
    expect(await isFree(other)).toBe(true);
  });

  it('opens only 127.0.0.1 on a computer without IPv6', async () => {
    // 2001:db8::/32 is for documentation (RFC 3849): no computer has such an address.
    const listening = await listen({ loopback: ['127.0.0.1', '2001:db8::1'] });
    if (!listening.ok) throw new Error(listening.error.title);
    expect(listening.value.addresses).toEqual([`127.0.0.1:${port}`]);
    await listening.value.close();
  });

  it.each([
    ['127.0.0.2', '127.0.0.1'],
    ['::1', '127.0.0.1'],
    ['127.0.0.1', '::1'],
  ])('opens %s and nothing else if `bind` says so', async (bind, other) => {
    const listening = await listen({ bind });
    if (!listening.ok) throw new Error(listening.error.title);
    expect(listening.value.addresses).toEqual([joinHostPort(bind, port)]);
    expect(await isFree(other)).toBe(true);
    await listening.value.close();
  });

  it.each(['0.0.0.0', '::'])('opens all addresses with %s', async (bind) => {
    const listening = await listen({
      bind,
      onConnection: (client) => {
        client.end('here');
        client.resume();
      },
    });
    if (!listening.ok) throw new Error(listening.error.title);
    const client = await connectClient(port, '127.0.0.3');
    client.socket.end();
    expect(await client.all()).toBe('here');
    await listening.value.close();
  });

  it('names an address that this machine does not have', async () => {
    // 192.0.2.0/24 is for documentation (RFC 5737).
    expect(await listen({ bind: '192.0.2.1' })).toMatchObject({
      ok: false,
      error: {
        code: 'address-missing',
        title: '192.0.2.1 is not an address of this machine',
        evidence: `EADDRNOTAVAIL 192.0.2.1:${port}`,
      },
    });
  });

  it('does not blame a program that has the port at another address', async () => {
    const other = spawn(process.execPath, ['-e', listenerProgram, '127.0.0.2', String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(other, 'close');
    try {
      await once(other.stdout, 'data');
      await occupy('127.0.0.1');
      expect(await listen()).toMatchObject({
        error: { title: expect.stringContaining(`(pid ${process.pid})`) as string },
      });
      expect(await listen({ bind: '127.0.0.2' })).toMatchObject({
        error: { title: expect.stringContaining(`(pid ${other.pid})`) as string },
      });
    } finally {
      other.kill();
      await ended;
    }
  });

  it('passes connections on paused, with no byte read', async () => {
    const read: string[] = [];
    const listening = await listen({
      onConnection: (client) => {
        read.push(`paused: ${client.isPaused()}, read: ${client.bytesRead}`);
        client.end('seen');
        client.resume();
      },
    });
    if (!listening.ok) throw new Error(listening.error.title);
    const client = await connectClient(port);
    client.socket.end('bytes');
    expect(await client.all()).toBe('seen');
    expect(read).toEqual(['paused: true, read: 0']);
    await listening.value.close();
  });
});

describe('isAnswered', () => {
  it.each(['127.0.0.1', '::1', '0.0.0.0', '::'])('notices a listener on %s', async (host) => {
    expect(await isAnswered({ port, clock: systemClock })).toBe(false);
    await occupy(host);
    expect(await isAnswered({ port, clock: systemClock })).toBe(true);
  });
});
