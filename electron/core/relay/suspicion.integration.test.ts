import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { ServicePort } from './service-port.ts';
import { echo, type Peer, type RemoteEnd } from './testing/loopback-peers.ts';
import { PortFixture, stable, until } from './testing/port-fixture.ts';

let fixture: PortFixture;
let clock: FakeClock;
let local: ServicePort;

beforeEach(async () => {
  fixture = await PortFixture.create();
  clock = new FakeClock();
  local = await fixture.open({ clock });
});

afterEach(() => fixture.scope.close());

const use = (endpoint: Endpoint, tunnelId = 't1'): void => {
  local.setUpstream({ tunnelId, endpoint, trialMs: null });
};

/** A client that has sent bytes which the remote end has read. */
async function asking(remote: RemoteEnd): Promise<Peer> {
  const peer = await fixture.client();
  peer.socket.write('question');
  await until(() => expect(remote.accepted.at(-1)?.text).toBe('question'));
  return peer;
}

/** Seconds at which suspicion was raised, while `totalMs` pass. */
async function suspectedAt(totalMs: number): Promise<number[]> {
  const seconds: number[] = [];
  for (let passed = 0; passed < totalMs; passed += 500) {
    const before = fixture.suspicions.length;
    await clock.advance(500);
    if (fixture.suspicions.length > before) seconds.push(clock.now() / 1000);
  }
  return seconds;
}

describe('a tunnel is suspected', () => {
  it('when bytes of a client get no answer for 1 s, and less and less often while that lasts', async () => {
    const remote = await fixture.remoteEnd((peer) => peer.read());
    use(remote.endpoint);
    await asking(remote);
    expect(await suspectedAt(280_000)).toEqual([1, 4, 10, 22, 46, 94, 154, 214, 274]);
    expect(fixture.suspicions.slice(0, 2)).toEqual([
      't1: A client got no answer for 1 s',
      't1: A client got no answer for 4 s',
    ]);
  });

  it('again after 1 s once an answer has come in between', async () => {
    const remote = await fixture.remoteEnd((peer) => peer.read());
    use(remote.endpoint);
    const peer = await asking(remote);
    expect(await suspectedAt(5_000)).toEqual([1, 4]);
    remote.accepted[0]!.socket.write('answer');
    await until(() => expect(peer.text).toBe('answer'));
    expect(await suspectedAt(60_000)).toEqual([]);
    peer.socket.write('!');
    await until(() => expect(remote.accepted[0]!.text).toBe('question!'));
    expect(await suspectedAt(2_000)).toEqual([66]);
  });

  it('once in 500 ms for all its clients, independently of other tunnels', async () => {
    const remote = await fixture.remoteEnd((peer) => peer.read());
    use(remote.endpoint);
    await asking(remote);
    await clock.advance(200);
    await asking(remote);
    use(remote.endpoint, 't2');
    await asking(remote);
    await clock.advance(1000);
    expect(fixture.suspicions).toEqual([
      't1: A client got no answer for 1 s',
      't2: A client got no answer for 1 s',
    ]);
  });

  it('when it does not answer a connection for 1 s', async () => {
    use(await fixture.hangingEndpoint());
    await fixture.client();
    await until(() => expect(local.counters().held).toBe(1));
    expect(await suspectedAt(1_500)).toEqual([1]);
    expect(fixture.suspicions).toEqual(['t1: The tunnel did not answer a connection for 1 s']);
  });

  it.each(['unix', 'tcp', 'in-process'] as const)(
    'at once when it ends an unused connection (%s)',
    async (kind) => {
      const remote = await fixture.remoteEnd((peer) => peer.read(), kind);
      use(remote.endpoint);
      await asking(remote);
      if (kind === 'tcp') remote.accepted[0]!.socket.resetAndDestroy();
      else remote.accepted[0]!.socket.end();
      const finding = 't1: The tunnel closed a connection before a byte came back';
      await until(() => expect(fixture.suspicions).toEqual([finding]));
      expect(clock.now()).toBe(0);
    },
  );
});

describe('a tunnel is not suspected', () => {
  it('when it answers', async () => {
    use((await fixture.remoteEnd(echo)).endpoint);
    const peer = await fixture.client();
    for (let round = 1; round <= 5; round++) {
      peer.socket.write('x');
      await until(() => expect(peer.text).toHaveLength(round));
      await clock.advance(900);
    }
    peer.socket.end();
    await clock.passUntil(peer.ended);
    await clock.advance(10_000);
    expect(fixture.suspicions).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('when a client sends nothing, or only checks whether the port is open', async () => {
    const remote = await fixture.remoteEnd((peer) => echo(peer.read()));
    use(remote.endpoint);
    await fixture.client();
    (await fixture.client()).socket.end();
    await until(() => expect(remote.accepted).toHaveLength(2));
    await until(() => expect(local.counters().connections).toBe(1));
    await clock.advance(10_000);
    expect(fixture.suspicions).toEqual([]);
  });

  it('when its client leaves before the answer', async () => {
    const remote = await fixture.remoteEnd((peer) => peer.read());
    use(remote.endpoint);
    (await asking(remote)).socket.resetAndDestroy();
    await until(() => expect(local.counters().connections).toBe(0));
    await clock.advance(10_000);
    expect(fixture.suspicions).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('hasQueuedBytes', () => {
  it('is true if the tunnel does not take the bytes of its clients', async () => {
    const remote = await fixture.remoteEnd(() => undefined);
    use(remote.endpoint);
    const peer = await fixture.client();
    peer.socket.write('little');
    await until(() => expect(local.counters().bytesOut).toBe(6));
    expect(local.hasQueuedBytes('t1')).toBe(false);
    peer.socket.write(Buffer.alloc(16 * 1024 * 1024));
    await until(() => expect(local.hasQueuedBytes('t1')).toBe(true));
    await stable(() => local.counters().bytesOut);
    expect(local.hasQueuedBytes('t2')).toBe(false);
    remote.accepted[0]!.socket.resume();
    await until(() => expect(local.hasQueuedBytes('t1')).toBe(false));
  });
});

describe('a port whose clients arrive through the tunnel', () => {
  it('counts their bytes as received from the tunnel, and bytes that they do not take as queued', async () => {
    await local.close();
    local = await fixture.open({ clock, isReverse: true });
    const remote = await fixture.remoteEnd((peer) => peer.read());
    use(remote.endpoint);
    const peer = await fixture.client();
    peer.socket.pause();
    peer.socket.write('little');
    await until(() => expect(local.bytesReceived('t1')).toBe(6));
    expect(local.hasQueuedBytes('t1')).toBe(false);
    remote.accepted[0]!.socket.write(Buffer.alloc(16 * 1024 * 1024));
    await until(() => expect(local.hasQueuedBytes('t1')).toBe(true));
    await stable(() => local.counters().bytesIn);
    expect(local.bytesReceived('t1')).toBe(6);
    peer.socket.resume();
    await until(() => expect(local.hasQueuedBytes('t1')).toBe(false));
  });
});
