import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServicePort } from './service-port.ts';
import { connectClient, echo, Peer } from './testing/loopback-peers.ts';
import { openSockets, PortFixture, stable, until } from './testing/port-fixture.ts';

const mebibyte = 1024 * 1024;
const hosts = ['127.0.0.1', '::1'] as const;
const endpointKinds = ['unix', 'tcp', 'in-process'] as const;

let fixture: PortFixture;
let local: ServicePort;

beforeEach(async () => {
  fixture = await PortFixture.create();
});

afterEach(() => fixture.scope.close());

describe('joined connections', () => {
  it.each(hosts.flatMap((host) => endpointKinds.map((kind) => [host, kind] as const)))(
    'carry bytes from %s to a %s endpoint and back',
    async (host, kind) => {
      local = await fixture.open();
      local.setUpstream({
        tunnelId: 't1',
        trialMs: null,
        endpoint: (await fixture.remoteEnd(echo, kind)).endpoint,
      });
      const peer = await fixture.client(host);
      peer.socket.end('hello');
      expect(await peer.all()).toBe('hello');
    },
  );

  it.each(endpointKinds)('carry 64 MiB both ways at once unchanged (%s)', async (kind) => {
    local = await fixture.open();
    local.setUpstream({
      tunnelId: 't1',
      trialMs: null,
      endpoint: (await fixture.remoteEnd(echo, kind)).endpoint,
    });
    const socket = connect({ host: '127.0.0.1', port: fixture.port, allowHalfOpen: true });
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

  it('stay open for the remote end when the client has ended its half', async () => {
    local = await fixture.open();
    const remote = await fixture.remoteEnd((peer) => peer.read());
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    const peer = await fixture.client();
    peer.socket.end('question');
    await until(() => expect(remote.accepted).toHaveLength(1));
    expect(await remote.accepted[0]!.all()).toBe('question');
    remote.accepted[0]!.socket.end('answer after your end');
    expect(await peer.all()).toBe('answer after your end');
  });

  it('deliver a greeting to a client that sends nothing and ends its half at once', async () => {
    const { endpoint } = await fixture.remoteEnd(({ socket }) => socket.end('SSH-2.0-greeting'), 'tcp');
    if (endpoint.kind !== 'tcp') throw new Error('not tcp');
    local = await fixture.open();
    // Connecting to a name takes longer than the client takes to end.
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: { ...endpoint, host: 'localhost' } });
    const texts = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const client = await fixture.client();
        client.socket.end();
        return client.all();
      }),
    );
    expect(texts).toEqual(Array.from({ length: 20 }, () => 'SSH-2.0-greeting'));
  });

  it('stay open for the client when the remote end has ended its half', async () => {
    local = await fixture.open();
    const remote = await fixture.remoteEnd((peer) => peer.read().socket.end('greeting'));
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    const peer = await fixture.client();
    expect(await peer.all()).toBe('greeting');
    peer.socket.end('said after your end');
    expect(await remote.accepted[0]!.all()).toBe('said after your end');
  });

  it('buffer little for a client that does not read', async () => {
    local = await fixture.open();
    const block = Buffer.alloc(mebibyte);
    const remote = await fixture.remoteEnd(({ socket }) => {
      const flood = (): void => {
        while (socket.write(block));
      };
      socket.on('drain', flood);
      flood();
    });
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    const socket = connect({ host: '127.0.0.1', port: fixture.port });
    fixture.scope.own('client', () => void socket.destroy());
    await stable(() => local.counters().bytesIn);
    // Bytes between the remote end and the client's process are in kernel buffers and one read buffer.
    expect(local.counters().bytesIn).toBeLessThan(16 * mebibyte);
    const before = local.counters().bytesIn;
    socket.resume();
    await until(() => expect(local.counters().bytesIn).toBeGreaterThan(before + 32 * mebibyte));
  });

  it('buffer little for a remote end that does not read', async () => {
    local = await fixture.open();
    const remote = await fixture.remoteEnd(() => undefined);
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    const socket = connect({ host: '127.0.0.1', port: fixture.port });
    fixture.scope.own('client', () => void socket.destroy());
    socket.write(Buffer.alloc(64 * mebibyte));
    await stable(() => local.counters().bytesOut);
    expect(local.counters().bytesOut).toBeLessThan(2 * mebibyte);
    remote.accepted[0]!.socket.resume();
    await until(() => expect(local.counters().bytesOut).toBe(64 * mebibyte));
  });

  it.each(endpointKinds)('reset the remote end when the client resets (%s)', async (kind) => {
    local = await fixture.open();
    const remote = await fixture.remoteEnd((peer) => peer.read().socket.write('x'), kind);
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    const peer = await fixture.client();
    await until(() => expect(peer.text).toBe('x'));
    peer.socket.resetAndDestroy();
    // Unix sockets alone have no reset: the peer sees the end of file, and EPIPE when it writes.
    expect(await remote.accepted[0]!.ended).toBe(kind === 'unix' ? 'fin' : 'reset');
    await until(() => expect(local.counters().connections).toBe(0));
  });

  it.each(['tcp', 'in-process'] as const)(
    'reset the client when the remote end resets (%s)',
    async (kind) => {
      local = await fixture.open();
      const remote = await fixture.remoteEnd((peer) => peer.read().socket.write('x'), kind);
      local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
      const peer = await fixture.client();
      await until(() => expect(peer.text).toBe('x'));
      remote.accepted[0]!.socket.resetAndDestroy();
      expect(await peer.all()).toBe('x<reset>');
      await until(() => expect(local.counters().connections).toBe(0));
    },
  );

  it.each(['remote end', 'client'] as const)(
    'pass on a reset that comes in the same turn of the event loop as the last bytes of the %s',
    async (side) => {
      local = await fixture.open();
      const remote = await fixture.remoteEnd((peer) => peer.read().socket.write('x'), 'tcp');
      local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
      const client = await fixture.client();
      await until(() => expect(client.text).toBe('x'));
      const accepted = remote.accepted[0]!;
      const [from, to] = side === 'client' ? [client, accepted] : [accepted, client];
      from.socket.write('cut o');
      from.socket.resetAndDestroy();
      expect(await to.all()).toBe(side === 'client' ? 'cut o<reset>' : 'xcut o<reset>');
      await until(() => expect(local.counters().connections).toBe(0));
    },
  );

  it('deliver everything that the remote end sent before it left to a slow client that keeps sending', async () => {
    local = await fixture.open();
    const remote = await fixture.remoteEnd((peer) => peer.read(), 'tcp');
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    const client = new Peer(connect({ host: '127.0.0.1', port: fixture.port, allowHalfOpen: true }));
    fixture.scope.own('client', () => void client.socket.destroy());
    await until(() => expect(remote.accepted).toHaveLength(1));
    const accepted = remote.accepted[0]!;
    accepted.socket.end(Buffer.alloc(mebibyte), () => accepted.socket.destroy());
    await until(() => expect(local.counters().bytesIn).toBe(mebibyte));
    await until(() => expect(accepted.socket.destroyed).toBe(true));
    // The first write is answered by a reset, the second one fails with it.
    for (const bytesOut of [1, 2]) {
      client.socket.write('?');
      await until(() => expect(local.counters().bytesOut).toBe(bytesOut));
    }
    await until(() => expect(local.counters().connections).toBe(0));
    expect((await client.read().all()).length).toBe(mebibyte);
  });

  it('survive a change of the upstream, and `drained` resolves when the last one has closed', async () => {
    local = await fixture.open();
    const first = await fixture.remoteEnd();
    const second = await fixture.remoteEnd();
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: first.endpoint });
    const peer = await fixture.client();
    peer.socket.write('one ');
    await until(() => expect(peer.text).toBe('one '));

    local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: second.endpoint });
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

  it('keep a tunnel from being drained until the last of several has closed', async () => {
    local = await fixture.open();
    const remote = await fixture.remoteEnd();
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    const [first, second] = [await fixture.client(), await fixture.client()];
    await until(() => expect(local.counters().connections).toBe(2));
    let isDrained = false;
    const drained = local.drained('t1').then(() => (isDrained = true));
    first.socket.end();
    await until(() => expect(local.counters().connections).toBe(1));
    expect(isDrained).toBe(false);
    second.socket.end();
    await drained;
  });

  it('pass on the end of a remote end that sends nothing', async () => {
    local = await fixture.open();
    const remote = await fixture.remoteEnd((peer) => peer.socket.end());
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    expect(await (await fixture.client()).ended).toBe('fin');
    expect(remote.accepted).toHaveLength(1);
  });

  it('count bytes while they are open', async () => {
    local = await fixture.open();
    const remote = await fixture.remoteEnd((peer) => peer.read().socket.write('four'));
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    const peer = await fixture.client();
    peer.socket.write('sixsix');
    await until(() => {
      expect(local.counters()).toEqual({ connections: 1, held: 0, bytesOut: 6, bytesIn: 4 });
    });
  });

  it('leave nothing behind after 1000 in a row', async () => {
    local = await fixture.open();
    const remote = await fixture.remoteEnd();
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    const before = openSockets();
    for (let i = 0; i < 1000; i++) {
      const peer = await connectClient(fixture.port, hosts[i % 2]);
      peer.socket.end('ping');
      expect(await peer.all()).toBe('ping');
    }
    await until(() => {
      expect(local.counters()).toEqual({ connections: 0, held: 0, bytesOut: 4000, bytesIn: 4000 });
      expect(openSockets()).toBeLessThanOrEqual(before);
    });
  });

  it('are all accepted when 600 arrive at once', async () => {
    local = await fixture.open();
    const remote = await fixture.remoteEnd(echo, 'tcp');
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    const answers = await Promise.all(
      Array.from({ length: 600 }, async (_, i) => {
        const peer = await fixture.client();
        peer.socket.end(String(i));
        return peer.all();
      }),
    );
    expect(answers).toEqual(Array.from({ length: 600 }, (_, i) => String(i)));
  });
});

describe('closing', () => {
  it('resets joined and waiting clients and frees both addresses for the next open', async () => {
    local = await fixture.open();
    const waiting = await fixture.client();
    await until(() => expect(local.counters().held).toBe(1));
    local.setUpstream({
      tunnelId: 't1',
      trialMs: null,
      endpoint: (await fixture.remoteEnd(() => undefined)).endpoint,
    });
    await until(() => expect(local.counters().connections).toBe(1));
    local.setUpstream(null);
    const second = await fixture.client('::1');
    await until(() => expect(local.counters().held).toBe(1));
    const drained = local.drained('t1');

    await local.close();
    expect(await Promise.all([waiting.ended, second.ended])).toEqual(['reset', 'reset']);
    await drained;
    expect(local.counters()).toMatchObject({ connections: 0, held: 0 });
    for (const host of hosts) {
      const server = createServer().listen({ host, port: fixture.port });
      await once(server, 'listening');
      await new Promise((resolve) => server.close(resolve));
    }

    expect((await local.open()).ok).toBe(true);
    local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: (await fixture.remoteEnd()).endpoint });
    const peer = await fixture.client();
    peer.socket.end('again');
    expect(await peer.all()).toBe('again');
  });

  it('forgets upstream and policy', async () => {
    local = await fixture.open();
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: (await fixture.remoteEnd()).endpoint });
    local.setClientPolicy('refuse');
    await local.close();
    await local.open();
    await fixture.client();
    await until(() => expect(local.counters().held).toBe(1));
  });

  it('is idempotent, even before the first open', async () => {
    local = fixture.make();
    await local.close();
    await local.open();
    await Promise.all([local.close(), local.close()]);
    expect((await local.open()).ok).toBe(true);
  });
});
