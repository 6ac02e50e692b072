import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import type { Endpoint } from '../tunnel/tunnel-adapter.ts';
import { createLocalPort, type LocalPortOptions } from './local-port.ts';
import type { ServicePort } from './service-port.ts';
import { connectClient, echo, freePort, type Peer, RemoteEnd } from './testing/loopback-peers.ts';

const mebibyte = 1024 * 1024;
const hosts = ['127.0.0.1', '::1'] as const;
const endpointKinds = ['unix', 'tcp'] as const;

let port: number;
let local: ServicePort;
let demands: number;
let failures: string[];
const disposers: (() => unknown)[] = [];

function makePort(options: Partial<LocalPortOptions> = {}): ServicePort {
  const made = createLocalPort({
    name: 'test',
    port,
    holdTimeoutMs: 60_000,
    clock: systemClock,
    log: silentLogger,
    events: {
      onDemand: () => (demands += 1),
      onUpstreamFailure: (tunnelId, finding) => failures.push(`${tunnelId}: ${finding}`),
    },
    ...options,
  });
  disposers.push(() => made.close());
  return made;
}

async function openPort(options: Partial<LocalPortOptions> = {}): Promise<ServicePort> {
  local = makePort(options);
  expect(await local.open()).toEqual({ ok: true, value: [`127.0.0.1:${port}`, `[::1]:${port}`] });
  return local;
}

async function remoteEnd(
  onConnection: (peer: Peer) => void = echo,
  kind: Endpoint['kind'] = 'unix',
): Promise<RemoteEnd> {
  const remote = await RemoteEnd.listen(kind, onConnection);
  disposers.push(() => remote.close());
  return remote;
}

async function client(host?: string): Promise<Peer> {
  const peer = await connectClient(port, host);
  disposers.push(() => peer.socket.destroy());
  return peer;
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5000, interval: 5 });
const held = (count: number): Promise<void> => until(() => expect(local.counters().held).toBe(count));

beforeEach(async () => {
  port = await freePort();
  demands = 0;
  failures = [];
});

afterEach(async () => {
  for (const dispose of disposers.splice(0).reverse()) await dispose();
});

describe('joined connections', () => {
  it.each(hosts.flatMap((host) => endpointKinds.map((kind) => [host, kind] as const)))(
    'carry bytes from %s to a %s endpoint and back',
    async (host, kind) => {
      await openPort();
      local.setUpstream({ tunnelId: 't1', endpoint: (await remoteEnd(echo, kind)).endpoint });
      const peer = await client(host);
      peer.socket.end('hello');
      expect(await peer.all()).toBe('hello');
    },
  );

  it.each(endpointKinds)('carry 64 MiB both ways at once unchanged (%s)', async (kind) => {
    await openPort();
    local.setUpstream({ tunnelId: 't1', endpoint: (await remoteEnd(echo, kind)).endpoint });
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    const sent = createHash('sha256');
    const received = createHash('sha256');
    socket.on('data', (bytes) => received.update(bytes));
    const ended = once(socket, 'end');
    for (let i = 0; i < 64; i++) {
      const block = randomBytes(mebibyte);
      sent.update(block);
      if (!socket.write(block)) await once(socket, 'drain');
    }
    socket.end();
    await ended;
    expect(received.digest('hex')).toBe(sent.digest('hex'));
    await until(() => {
      expect(local.counters()).toEqual({
        connections: 0,
        held: 0,
        bytesOut: 64 * mebibyte,
        bytesIn: 64 * mebibyte,
      });
    });
  });

  it('stay open from the remote end when the client has ended its half', async () => {
    await openPort();
    const remote = await remoteEnd((peer) => peer.read());
    local.setUpstream({ tunnelId: 't1', endpoint: remote.endpoint });
    const peer = await client();
    peer.socket.end('question');
    await until(() => expect(remote.accepted).toHaveLength(1));
    expect(await remote.accepted[0]!.all()).toBe('question');
    remote.accepted[0]!.socket.end('answer after your end');
    expect(await peer.all()).toBe('answer after your end');
  });

  it('stay open from the client when the remote end has ended its half', async () => {
    await openPort();
    const remote = await remoteEnd((peer) => peer.read().socket.end('greeting'));
    local.setUpstream({ tunnelId: 't1', endpoint: remote.endpoint });
    const peer = await client();
    expect(await peer.all()).toBe('greeting');
    peer.socket.end('said after your end');
    expect(await remote.accepted[0]!.all()).toBe('said after your end');
  });

  it('buffer little for a client that does not read', async () => {
    await openPort();
    const block = Buffer.alloc(mebibyte);
    const remote = await remoteEnd(({ socket }) => {
      const flood = (): void => {
        while (socket.write(block));
      };
      socket.on('drain', flood);
      flood();
    });
    local.setUpstream({ tunnelId: 't1', endpoint: remote.endpoint });
    const socket = connect({ host: '127.0.0.1', port });
    disposers.push(() => socket.destroy());
    await stable(() => local.counters().bytesIn);
    // What has left the remote end and not reached the client's process lies in kernel buffers and one read buffer.
    expect(local.counters().bytesIn).toBeLessThan(16 * mebibyte);
    const before = local.counters().bytesIn;
    socket.resume();
    await until(() => expect(local.counters().bytesIn).toBeGreaterThan(before + 32 * mebibyte));
  });

  it('buffer little for a remote end that does not read', async () => {
    await openPort();
    const remote = await remoteEnd(() => undefined);
    local.setUpstream({ tunnelId: 't1', endpoint: remote.endpoint });
    const socket = connect({ host: '127.0.0.1', port });
    disposers.push(() => socket.destroy());
    socket.write(Buffer.alloc(64 * mebibyte));
    await stable(() => local.counters().bytesOut);
    expect(local.counters().bytesOut).toBeLessThan(2 * mebibyte);
    remote.accepted[0]!.socket.resume();
    await until(() => expect(local.counters().bytesOut).toBe(64 * mebibyte));
  });

  it.each(endpointKinds)('reset the remote end when the client resets (%s)', async (kind) => {
    await openPort();
    const remote = await remoteEnd((peer) => peer.read().socket.write('x'), kind);
    local.setUpstream({ tunnelId: 't1', endpoint: remote.endpoint });
    const peer = await client();
    await until(() => expect(peer.text).toBe('x'));
    peer.socket.resetAndDestroy();
    // A Unix socket knows no reset: its peer sees the end of file, and EPIPE when it writes.
    expect(await remote.accepted[0]!.ended).toBe(kind === 'tcp' ? 'reset' : 'fin');
    await until(() => expect(local.counters().connections).toBe(0));
  });

  it('reset the client when the remote end resets', async () => {
    await openPort();
    const remote = await remoteEnd((peer) => peer.read().socket.write('x'), 'tcp');
    local.setUpstream({ tunnelId: 't1', endpoint: remote.endpoint });
    const peer = await client();
    await until(() => expect(peer.text).toBe('x'));
    remote.accepted[0]!.socket.resetAndDestroy();
    expect(await peer.all()).toBe('x<reset>');
    await until(() => expect(local.counters().connections).toBe(0));
  });

  it('survive a change of the upstream, and drained tells when the last has gone', async () => {
    await openPort();
    const first = await remoteEnd();
    const second = await remoteEnd();
    local.setUpstream({ tunnelId: 't1', endpoint: first.endpoint });
    const peer = await client();
    peer.socket.write('one ');
    await until(() => expect(peer.text).toBe('one '));

    local.setUpstream({ tunnelId: 't2', endpoint: second.endpoint });
    let isDrained = false;
    const drained = local.drained('t1').then(() => (isDrained = true));
    await local.drained('t2');
    peer.socket.write('two');
    await until(() => expect(peer.text).toBe('one two'));
    expect(isDrained).toBe(false);
    expect(second.accepted).toHaveLength(0);

    peer.socket.end();
    await drained;
    expect(local.counters().connections).toBe(0);
  });

  it('keep a tunnel from being drained until the last of several has gone', async () => {
    await openPort();
    const remote = await remoteEnd();
    local.setUpstream({ tunnelId: 't1', endpoint: remote.endpoint });
    const [first, second] = [await client(), await client()];
    await until(() => expect(local.counters().connections).toBe(2));
    let isDrained = false;
    const drained = local.drained('t1').then(() => (isDrained = true));
    first.socket.end();
    await until(() => expect(local.counters().connections).toBe(1));
    expect(isDrained).toBe(false);
    second.socket.end();
    await drained;
  });

  it('pass on the end of a remote end that says nothing', async () => {
    await openPort();
    const remote = await remoteEnd((peer) => peer.socket.end());
    local.setUpstream({ tunnelId: 't1', endpoint: remote.endpoint });
    expect(await (await client()).ended).toBe('fin');
    expect(remote.accepted).toHaveLength(1);
  });

  it('count bytes while they are open', async () => {
    await openPort();
    const remote = await remoteEnd((peer) => peer.read().socket.write('four'));
    local.setUpstream({ tunnelId: 't1', endpoint: remote.endpoint });
    const peer = await client();
    peer.socket.write('sixsix');
    await until(() => {
      expect(local.counters()).toEqual({ connections: 1, held: 0, bytesOut: 6, bytesIn: 4 });
    });
  });

  it('leave nothing behind after 1000 in a row', async () => {
    await openPort();
    const remote = await remoteEnd();
    local.setUpstream({ tunnelId: 't1', endpoint: remote.endpoint });
    const openHandles = (): number => process.getActiveResourcesInfo().length;
    const before = openHandles();
    for (let i = 0; i < 1000; i++) {
      const peer = await connectClient(port, hosts[i % 2]);
      peer.socket.end('ping');
      expect(await peer.all()).toBe('ping');
    }
    await until(() => {
      expect(local.counters()).toEqual({ connections: 0, held: 0, bytesOut: 4000, bytesIn: 4000 });
      expect(openHandles()).toBeLessThanOrEqual(before);
    });
  });

  it('are all taken when 600 arrive at once', async () => {
    await openPort();
    const remote = await remoteEnd(echo, 'tcp');
    local.setUpstream({ tunnelId: 't1', endpoint: remote.endpoint });
    const answers = await Promise.all(
      Array.from({ length: 600 }, async (_, i) => {
        const peer = await client();
        peer.socket.end(String(i));
        return peer.all();
      }),
    );
    expect(answers).toEqual(Array.from({ length: 600 }, (_, i) => String(i)));
  });
});

describe('clients without a tunnel', () => {
  it('wait, ask for one, and are answered in order of arrival', async () => {
    await openPort();
    const waiting: Peer[] = [];
    for (const name of ['a', 'b', 'c']) {
      const peer = await client();
      peer.socket.end(name);
      waiting.push(peer);
      await held(waiting.length);
    }
    expect(demands).toBe(3);
    expect(local.counters()).toEqual({ connections: 0, held: 3, bytesOut: 0, bytesIn: 0 });

    const remote = await remoteEnd((peer) => {
      peer.read();
      echo(peer);
    });
    local.setUpstream({ tunnelId: 't1', endpoint: remote.endpoint });
    expect(await Promise.all(waiting.map((peer) => peer.all()))).toEqual(['a', 'b', 'c']);
    expect(remote.accepted.map((peer) => peer.text)).toEqual(['a', 'b', 'c']);
  });

  it('are reset when they have waited for the hold time', async () => {
    await openPort({ holdTimeoutMs: 100 });
    const startedAt = performance.now();
    const peer = await client();
    expect(await peer.ended).toBe('reset');
    expect(performance.now() - startedAt).toBeGreaterThan(90);
    await held(0);
  });

  it('are reset at once beyond the bound, the newest first', async () => {
    await openPort({ maxHeldConnections: 256 });
    const waiting = await Promise.all(Array.from({ length: 256 }, () => client()));
    await held(256);
    expect(await (await client()).ended).toBe('reset');
    expect(local.counters().held).toBe(256);
    local.setUpstream({ tunnelId: 't1', endpoint: (await remoteEnd(echo, 'tcp')).endpoint });
    for (const peer of waiting) peer.socket.end('x');
    expect(await Promise.all(waiting.map((peer) => peer.all()))).toEqual(waiting.map(() => 'x'));
  });

  it('are reset at once when the policy turns to refuse, and later ones as they come', async () => {
    await openPort();
    const early = await client();
    await held(1);
    local.setClientPolicy('refuse');
    expect(await early.ended).toBe('reset');
    expect(await (await client()).ended).toBe('reset');
    expect(local.counters().held).toBe(0);
    expect(demands).toBe(2);
  });

  it('are reset when their upstream is taken away under the policy refuse', async () => {
    await openPort();
    local.setUpstream({ tunnelId: 't1', endpoint: { kind: 'unix', path: '/nonexistent/socket' } });
    const peer = await client();
    await until(() => expect(failures).not.toEqual([]));
    local.setClientPolicy('refuse');
    expect(local.counters().held).toBe(1);
    local.setUpstream(null);
    expect(await peer.ended).toBe('reset');
  });

  it('leave an attempt that hangs as soon as there is another tunnel', async () => {
    await openPort();
    local.setUpstream({ tunnelId: 't1', endpoint: await hangingEndpoint() });
    const peer = await client();
    peer.socket.end('moved');
    await held(1);
    local.setUpstream({ tunnelId: 't2', endpoint: (await remoteEnd()).endpoint });
    expect(await peer.all()).toBe('moved');
    expect(failures).toEqual([]);
  });

  it('are reset at their deadline while an attempt hangs, which is told', async () => {
    await openPort({ holdTimeoutMs: 200 });
    local.setUpstream({ tunnelId: 't1', endpoint: await hangingEndpoint() });
    expect(await (await client()).ended).toBe('reset');
    expect(failures).toEqual(['t1: The tunnel took no connection in time']);
    expect(local.counters()).toMatchObject({ connections: 0, held: 0 });
  });

  it('that went away while they waited are let go once there is a tunnel', async () => {
    await openPort();
    const gone = await client();
    const stays = await client();
    await held(2);
    gone.socket.resetAndDestroy();
    stays.socket.end('still here');
    local.setUpstream({ tunnelId: 't1', endpoint: (await remoteEnd()).endpoint });
    expect(await stays.all()).toBe('still here');
    await until(() => expect(local.counters()).toMatchObject({ connections: 0, held: 0 }));
  });

  it('wait through a dead upstream and are answered by the next one', async () => {
    await openPort();
    const dead = await remoteEnd();
    await dead.close();
    local.setUpstream({ tunnelId: 't1', endpoint: dead.endpoint });
    const peer = await client();
    peer.socket.end('patience');
    await until(() => expect(failures).toEqual(['t1: The tunnel took no connection: ENOENT']));
    await held(1);
    local.setUpstream({ tunnelId: 't2', endpoint: (await remoteEnd()).endpoint });
    expect(await peer.all()).toBe('patience');
  });

  it('are tried again while the same upstream stays', async () => {
    await openPort();
    const endpoint: Endpoint = { kind: 'tcp', host: '127.0.0.1', port: await freePort() };
    local.setUpstream({ tunnelId: 't1', endpoint });
    const peer = await client();
    peer.socket.end('again');
    await until(() => expect(failures.length).toBeGreaterThanOrEqual(2));
    expect(failures[0]).toBe('t1: The tunnel took no connection: ECONNREFUSED');
    const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    disposers.push(() => server.close());
    server.listen(endpoint.port, endpoint.host);
    expect(await peer.all()).toBe('again');
  });

  it('keep their deadline through failed attempts', async () => {
    await openPort({ holdTimeoutMs: 300 });
    const startedAt = performance.now();
    local.setUpstream({ tunnelId: 't1', endpoint: { kind: 'unix', path: '/nonexistent/socket' } });
    expect(await (await client()).ended).toBe('reset');
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });

  it('get another tunnel when theirs was replaced and ended before they said a word', async () => {
    await openPort();
    const first = await remoteEnd(() => undefined);
    local.setUpstream({ tunnelId: 't1', endpoint: first.endpoint });
    const peer = await client();
    await until(() => expect(first.accepted).toHaveLength(1));
    local.setUpstream({ tunnelId: 't2', endpoint: (await remoteEnd()).endpoint });
    first.accepted[0]!.socket.destroy();
    await local.drained('t1');
    peer.socket.end('first word');
    expect(await peer.all()).toBe('first word');
  });

  it('see the end when their tunnel ended after they had spoken', async () => {
    await openPort();
    const first = await remoteEnd((peer) => peer.read());
    local.setUpstream({ tunnelId: 't1', endpoint: first.endpoint });
    const peer = await client();
    peer.socket.write('pay once');
    await until(() => expect(first.accepted[0]?.text).toBe('pay once'));
    const second = await remoteEnd();
    local.setUpstream({ tunnelId: 't2', endpoint: second.endpoint });
    first.accepted[0]!.socket.end();
    expect(await peer.ended).toBe('fin');
    expect(second.accepted).toHaveLength(0);
  });
});

describe('closing', () => {
  it('resets joined and waiting clients and frees both addresses for the next open', async () => {
    await openPort();
    const waiting = await client();
    await held(1);
    local.setUpstream({ tunnelId: 't1', endpoint: (await remoteEnd(() => undefined)).endpoint });
    await until(() => expect(local.counters().connections).toBe(1));
    local.setUpstream(null);
    const second = await client('::1');
    await held(1);
    const drained = local.drained('t1');

    await local.close();
    expect(await Promise.all([waiting.ended, second.ended])).toEqual(['reset', 'reset']);
    await drained;
    expect(local.counters()).toMatchObject({ connections: 0, held: 0 });
    for (const host of hosts) {
      const server = createServer().listen({ host, port });
      await once(server, 'listening');
      await new Promise((resolve) => server.close(resolve));
    }

    expect((await local.open()).ok).toBe(true);
    local.setUpstream({ tunnelId: 't2', endpoint: (await remoteEnd()).endpoint });
    const peer = await client();
    peer.socket.end('again');
    expect(await peer.all()).toBe('again');
  });

  it('is idempotent, also before the first open', async () => {
    local = makePort();
    await local.close();
    await local.open();
    await Promise.all([local.close(), local.close()]);
    expect((await local.open()).ok).toBe(true);
  });
});

/** A listener that accepts nothing and whose backlog is full: the system answers no further connection to it. */
async function hangingEndpoint(): Promise<Endpoint> {
  const script = `const server = require('node:net').createServer().listen(
    { host: '127.0.0.1', port: 0, backlog: 1 },
    () => {
      require('node:fs').writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    },
  );`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  disposers.push(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const endpoint = { kind: 'tcp', host: '127.0.0.1', port: Number(text) } as const;
  const fillers = Array.from({ length: 8 }, () => connect(endpoint).on('error', () => undefined));
  disposers.push(() => {
    for (const filler of fillers) filler.destroy();
  });
  await Promise.all(fillers.slice(0, 2).map((filler) => once(filler, 'connect')));
  return endpoint;
}

/** Resolves once `read` has given the same value for a while. */
async function stable(read: () => number): Promise<void> {
  let last = -1;
  await vi.waitFor(
    () => {
      const value = read();
      const isStable = value === last && value > 0;
      last = value;
      expect(isStable).toBe(true);
    },
    { timeout: 10_000, interval: 200 },
  );
}
