import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { ServicePort } from './service-port.ts';
import { echo, freePort, type Peer } from './testing/loopback-peers.ts';
import { openSockets, PortFixture, stable, until } from './testing/port-fixture.ts';

let fixture: PortFixture;
let local: ServicePort;

beforeEach(async () => {
  fixture = await PortFixture.create();
});

afterEach(() => fixture.scope.close());

const held = (count: number): Promise<void> => until(() => expect(local.counters().held).toBe(count));

describe('clients without a tunnel', () => {
  it('wait, ask for one, and are answered in order of arrival', async () => {
    local = await fixture.open();
    const waiting: Peer[] = [];
    for (const name of ['a', 'b', 'c']) {
      const peer = await fixture.client();
      peer.socket.end(name);
      waiting.push(peer);
      await held(waiting.length);
    }
    expect(fixture.demands).toBe(3);
    expect(local.counters()).toEqual({ connections: 0, held: 3, bytesOut: 0, bytesIn: 0 });

    const remote = await fixture.remoteEnd((peer) => {
      peer.read();
      echo(peer);
    });
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    expect(await Promise.all(waiting.map((peer) => peer.all()))).toEqual(['a', 'b', 'c']);
    expect(remote.accepted.map((peer) => peer.text)).toEqual(['a', 'b', 'c']);
  });

  it('are reset when their hold time is over', async () => {
    local = await fixture.open({ holdTimeoutMs: 100 });
    const startedAt = performance.now();
    const peer = await fixture.client();
    expect(await peer.ended).toBe('reset');
    expect(performance.now() - startedAt).toBeGreaterThan(90);
    await held(0);
  });

  it('are reset at once beyond the bound, the newest first', async () => {
    local = await fixture.open({ maxHeldConnections: 256 });
    const waiting = await Promise.all(Array.from({ length: 256 }, () => fixture.client()));
    await held(256);
    expect(await (await fixture.client()).ended).toBe('reset');
    expect(local.counters().held).toBe(256);
    local.setUpstream({
      tunnelId: 't1',
      trialMs: null,
      endpoint: (await fixture.remoteEnd(echo, 'tcp')).endpoint,
    });
    for (const peer of waiting) peer.socket.end('x');
    expect(await Promise.all(waiting.map((peer) => peer.all()))).toEqual(waiting.map(() => 'x'));
  });

  it('are still bounded when they come back from failed attempts', async () => {
    local = await fixture.open({ maxHeldConnections: 1 });
    local.setUpstream({
      tunnelId: 't1',
      trialMs: null,
      endpoint: { kind: 'tcp', host: '127.0.0.1', port: await freePort() },
    });
    await Promise.all(Array.from({ length: 50 }, () => fixture.client()));
    await stable(() => local.counters().held);
    expect(local.counters()).toMatchObject({ connections: 0, held: 1 });
  });

  it('are still bounded when their attempts are given up', async () => {
    local = await fixture.open({ maxHeldConnections: 1 });
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: await fixture.hangingEndpoint() });
    const [first, second] = [await fixture.client(), await fixture.client()];
    await held(2);
    local.setUpstream(null);
    expect(await second.ended).toBe('reset');
    local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: (await fixture.remoteEnd()).endpoint });
    first.socket.end('kept');
    expect(await first.all()).toBe('kept');
  });

  it('are reset at once when the policy changes to refuse, and later ones as they arrive', async () => {
    local = await fixture.open();
    const early = await fixture.client();
    await held(1);
    local.setClientPolicy('refuse');
    expect(await early.ended).toBe('reset');
    expect(await (await fixture.client()).ended).toBe('reset');
    expect(local.counters().held).toBe(0);
    expect(fixture.demands).toBe(2);
  });

  it('are reset when their upstream is taken away under the policy refuse', async () => {
    local = await fixture.open();
    local.setUpstream({
      tunnelId: 't1',
      trialMs: null,
      endpoint: { kind: 'unix', path: '/nonexistent/socket' },
    });
    const peer = await fixture.client();
    await until(() => expect(fixture.suspicions).not.toEqual([]));
    local.setClientPolicy('refuse');
    expect(local.counters().held).toBe(1);
    local.setUpstream(null);
    expect(await peer.ended).toBe('reset');
  });

  it('abandon a hanging attempt as soon as there is another tunnel', async () => {
    local = await fixture.open();
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: await fixture.hangingEndpoint() });
    const peer = await fixture.client();
    peer.socket.end('moved');
    await held(1);
    local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: (await fixture.remoteEnd()).endpoint });
    expect(await peer.all()).toBe('moved');
    expect(fixture.suspicions).toEqual([]);
  });

  it('are joined to an existing tunnel, even if they may not wait for one', async () => {
    const clock = new FakeClock();
    local = await fixture.open({ clock, holdTimeoutMs: 0 });
    const endpoint = await fixture.hangingEndpoint();
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint });
    const peer = await fixture.client();
    peer.socket.end('hello');
    await held(1);
    await clock.advance(1_000);
    expect(local.counters().held).toBe(1);
    local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: (await fixture.remoteEnd()).endpoint });
    expect(await peer.all()).toBe('hello');
    local.setUpstream(null);
    const late = await fixture.client();
    await held(1);
    await clock.advance(0);
    expect(await late.ended).toBe('reset');
  });

  it('are connected 64 at a time, so that a hanging tunnel costs no more descriptors', async () => {
    local = await fixture.open();
    const waiting = await Promise.all(Array.from({ length: 200 }, () => fixture.client()));
    await held(200);
    const endpoint = await fixture.hangingEndpoint();
    const before = openSockets();
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint });
    expect(openSockets() - before).toBe(64);
    local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: (await fixture.remoteEnd()).endpoint });
    for (const peer of waiting) peer.socket.end('x');
    expect(await Promise.all(waiting.map((peer) => peer.all()))).toEqual(waiting.map(() => 'x'));
  });

  it('are reset at their deadline while an attempt hangs, which raises a suspicion', async () => {
    local = await fixture.open({ holdTimeoutMs: 200 });
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: await fixture.hangingEndpoint() });
    const before = openSockets();
    expect(await (await fixture.client()).ended).toBe('reset');
    await until(() => expect(openSockets()).toBeLessThanOrEqual(before));
    expect(fixture.suspicions).toEqual([
      't1: The tunnel did not answer a connection for 1 s',
      't1: The tunnel took no connection in time',
    ]);
    expect(local.counters()).toMatchObject({ connections: 0, held: 0 });
  });

  it('that left while they waited are closed once there is a tunnel', async () => {
    local = await fixture.open();
    const gone = await fixture.client();
    const stays = await fixture.client();
    await held(2);
    gone.socket.resetAndDestroy();
    stays.socket.end('still here');
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: (await fixture.remoteEnd()).endpoint });
    expect(await stays.all()).toBe('still here');
    await until(() => expect(local.counters()).toMatchObject({ connections: 0, held: 0 }));
  });

  it('wait through a dead upstream and are answered by the next one', async () => {
    local = await fixture.open();
    const dead = await fixture.remoteEnd();
    await dead.close();
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: dead.endpoint });
    const peer = await fixture.client();
    peer.socket.end('patience');
    await until(() => expect(fixture.suspicions).toEqual(['t1: The tunnel took no connection: ENOENT']));
    await held(1);
    local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: (await fixture.remoteEnd()).endpoint });
    expect(await peer.all()).toBe('patience');
  });

  it('are retried while the upstream stays the same', async () => {
    local = await fixture.open();
    const endpoint: Endpoint = { kind: 'tcp', host: '127.0.0.1', port: await freePort() };
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint });
    const peer = await fixture.client();
    peer.socket.end('again');
    await until(() => expect(fixture.suspicions.length).toBeGreaterThanOrEqual(2));
    expect(fixture.suspicions[0]).toBe('t1: The tunnel took no connection: ECONNREFUSED');
    const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    fixture.scope.own('server', () => void server.close());
    server.listen(endpoint.port, endpoint.host);
    expect(await peer.all()).toBe('again');
  });

  it('wait for the retry behind those that came first', async () => {
    const clock = new FakeClock();
    local = await fixture.open({ clock });
    const endpoint: Endpoint = { kind: 'tcp', host: '127.0.0.1', port: await freePort() };
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint });
    await fixture.client();
    await until(() => expect(fixture.suspicions).toHaveLength(1));
    let accepted = 0;
    const server = createServer((socket) => {
      accepted += 1;
      socket.destroy();
    });
    fixture.scope.own('server', () => void server.close());
    server.listen(endpoint.port, endpoint.host);
    await once(server, 'listening');
    await fixture.client();
    await held(2);
    await stable(() => local.counters().held);
    expect(accepted).toBe(0);
    await clock.advance(50);
    await until(() => expect(accepted).toBe(2));
    expect(fixture.suspicions).toHaveLength(1);
  });

  it('are retried with growing delays, and from the first delay when a new client comes later', async () => {
    const clock = new FakeClock();
    local = await fixture.open({ clock, holdTimeoutMs: 4000 });
    const triedAt: number[] = [];
    const remote = await fixture.remoteEnd((peer) => {
      triedAt.push(clock.now());
      peer.read().socket.end();
    });
    const failure = async (number: number): Promise<void> => {
      await until(() => expect(remote.accepted).toHaveLength(number));
      await remote.accepted[number - 1]!.ended;
    };
    local.setUpstream({ tunnelId: 't1', trialMs: 100, endpoint: remote.endpoint });
    const first = await fixture.client();
    await failure(1);
    for (const [index, delayMs] of [50, 100, 200, 400, 800, 1000, 1000].entries()) {
      await clock.advance(delayMs);
      await failure(index + 2);
    }
    expect(triedAt).toEqual([0, 50, 150, 350, 750, 1550, 2550, 3550]);
    await clock.advance(2000);
    expect(await first.ended).toBe('reset');
    await fixture.client();
    await failure(9);
    await clock.advance(50);
    await failure(10);
  });

  it('do not blame a tunnel whose queue is full for a moment, but after a second', async () => {
    const clock = new FakeClock();
    local = await fixture.open({ clock });
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: await fixture.hangingEndpoint('unix') });
    const peer = await fixture.client();
    peer.socket.end('later');
    await held(1);
    for (const delayMs of [50, 100, 200, 400]) {
      await stable(() => clock.pendingTimers);
      await clock.advance(delayMs);
    }
    expect(fixture.suspicions).toEqual([]);
    await stable(() => clock.pendingTimers);
    await clock.advance(800);
    await until(() => expect(fixture.suspicions).toEqual(['t1: The tunnel took no connection: EAGAIN']));
    local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: (await fixture.remoteEnd()).endpoint });
    expect(await peer.all()).toBe('later');
  });

  it('keep their deadline through failed attempts', async () => {
    local = await fixture.open({ holdTimeoutMs: 300 });
    const startedAt = performance.now();
    local.setUpstream({
      tunnelId: 't1',
      trialMs: null,
      endpoint: { kind: 'unix', path: '/nonexistent/socket' },
    });
    expect(await (await fixture.client()).ended).toBe('reset');
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });

  it.each([
    ['ended', 'unix', (peer: Peer) => peer.socket.destroy()],
    ['broke', 'tcp', (peer: Peer) => peer.socket.resetAndDestroy()],
  ] as const)(
    'get another tunnel when theirs was replaced and %s before they sent anything',
    async (_, kind, stop) => {
      local = await fixture.open();
      const first = await fixture.remoteEnd(() => undefined, kind);
      local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: first.endpoint });
      const peer = await fixture.client();
      await until(() => expect(first.accepted).toHaveLength(1));
      local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: (await fixture.remoteEnd()).endpoint });
      stop(first.accepted[0]!);
      await local.drained('t1');
      peer.socket.end('first word');
      expect(await peer.all()).toBe('first word');
    },
  );

  it.each([
    ['is reset when the tunnel died with it', 'reset'],
    ['is complete when its tunnel lives, and is draining', 'fin'],
  ] as const)('a download whose connection ended %s', async (_, end) => {
    const clock = new FakeClock();
    local = await fixture.open({ clock });
    const remote = await fixture.remoteEnd((peer) => peer.socket.write('half of it'), 'unix');
    local.setUpstream({ tunnelId: 't1', trialMs: null, hasProcess: true, endpoint: remote.endpoint });
    const peer = await fixture.client();
    await until(() => expect(peer.text).toBe('half of it'));
    local.setUpstream(null);
    await clock.advance(10_000);
    remote.accepted[0]!.socket.end();
    if (end === 'reset') local.tunnelEnded('t1');
    expect(await clock.passUntil(peer.ended)).toBe(end);
  });

  it('get another tunnel when theirs dies just before its end is reported, with the bytes sent in between', async () => {
    const clock = new FakeClock();
    local = await fixture.open({ clock });
    const first = await fixture.remoteEnd(() => undefined);
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: first.endpoint });
    const peer = await fixture.client();
    await until(() => expect(first.accepted).toHaveLength(1));
    first.accepted[0]!.socket.destroy();
    await until(() => expect(fixture.suspicions).toHaveLength(1));
    peer.socket.write('said in doubt, ');
    await clock.advance(149);
    local.setUpstream(null);
    await held(1);
    local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: (await fixture.remoteEnd()).endpoint });
    peer.socket.end('said later');
    expect(await peer.all()).toBe('said in doubt, said later');
  });

  it('see the end of a connection once it is sure that its tunnel is alive', async () => {
    const clock = new FakeClock();
    local = await fixture.open({ clock });
    const remote = await fixture.remoteEnd((peer) => peer.read().socket.end());
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    const peer = await fixture.client();
    await until(() => expect(fixture.suspicions).toHaveLength(1));
    await clock.advance(150);
    expect(await peer.ended).toBe('fin');
    peer.socket.end('still open this way');
    expect(await remote.accepted[0]!.all()).toBe('still open this way');
  });

  it('are reset when the port closes while their tunnel is in doubt', async () => {
    const clock = new FakeClock();
    local = await fixture.open({ clock });
    const remote = await fixture.remoteEnd((peer) => peer.socket.end());
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    const peer = await fixture.client();
    await until(() => expect(fixture.suspicions).toHaveLength(1));
    const drained = local.drained('t1');
    await local.close();
    await drained;
    expect(await peer.ended).toBe('reset');
    expect(local.counters()).toMatchObject({ connections: 0, held: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('see the end if their tunnel died after it had sent them bytes', async () => {
    local = await fixture.open();
    const first = await fixture.remoteEnd((peer) => peer.socket.write('greeting'));
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: first.endpoint });
    const peer = await fixture.client();
    await until(() => expect(peer.text).toBe('greeting'));
    const second = await fixture.remoteEnd();
    local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: second.endpoint });
    first.accepted[0]!.socket.end();
    expect(await peer.ended).toBe('fin');
    expect(second.accepted).toHaveLength(0);
  });

  it('see the end if their tunnel died after they had ended their half', async () => {
    local = await fixture.open();
    const first = await fixture.remoteEnd((peer) => peer.read());
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: first.endpoint });
    const peer = await fixture.client();
    peer.socket.end();
    await until(() => expect(first.accepted).toHaveLength(1));
    await first.accepted[0]!.ended;
    const second = await fixture.remoteEnd();
    local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: second.endpoint });
    first.accepted[0]!.socket.end();
    expect(await peer.ended).toBe('fin');
    expect(second.accepted).toHaveLength(0);
  });

  it('see the end if their tunnel died after they had sent bytes', async () => {
    local = await fixture.open();
    const first = await fixture.remoteEnd((peer) => peer.read());
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: first.endpoint });
    const peer = await fixture.client();
    peer.socket.write('pay once');
    await until(() => expect(first.accepted[0]?.text).toBe('pay once'));
    const second = await fixture.remoteEnd();
    local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: second.endpoint });
    first.accepted[0]!.socket.end();
    expect(await peer.ended).toBe('fin');
    expect(second.accepted).toHaveLength(0);
  });
});
