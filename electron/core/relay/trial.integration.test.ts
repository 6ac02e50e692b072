import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { ServicePort, Upstream } from './service-port.ts';
import { echo, freePort, type Peer } from './testing/loopback-peers.ts';
import { PortFixture, until } from './testing/port-fixture.ts';

let fixture: PortFixture;
let clock: FakeClock;
let local: ServicePort;

beforeEach(async () => {
  fixture = await PortFixture.create();
  clock = new FakeClock();
  local = await fixture.open({ clock });
});

afterEach(() => fixture.scope.close());

const unproven = (endpoint: Endpoint, tunnelId = 't1'): Upstream => ({ tunnelId, endpoint, trialMs: 500 });
const held = (count: number): Promise<void> => until(() => expect(local.counters().held).toBe(count));

/** Waiting clients that have sent `names`, in this order. */
async function waiting(...names: string[]): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const name of names) {
    const peer = await fixture.client();
    peer.socket.end(name);
    peers.push(peer);
    await held(peers.length);
  }
  return peers;
}

async function clientSaying(name: string): Promise<Peer> {
  const peer = await fixture.client();
  peer.socket.end(name);
  return peer;
}

const answers = (peers: readonly Peer[]): Promise<string[]> => Promise.all(peers.map((peer) => peer.all()));

describe('a tunnel that is not proven', () => {
  it('gets one connection, unread, until it has stayed open long enough; then all clients are let through', async () => {
    const peers = await waiting('a', 'b', 'c');
    const remote = await fixture.remoteEnd((peer) => echo(peer.read()));
    local.setUpstream(unproven(remote.endpoint));
    await until(() => expect(remote.accepted).toHaveLength(1));
    const late = await fixture.client();
    late.socket.end('d');
    await held(4);
    await clock.advance(499);
    expect(remote.accepted.map((peer) => peer.text)).toEqual(['']);
    expect(local.counters()).toMatchObject({ connections: 0, held: 4 });
    await clock.advance(1);
    expect(await answers([...peers, late])).toEqual(['a', 'b', 'c', 'd']);
    expect(remote.accepted[0]!.text).toBe('a');
    expect(fixture.suspicions).toEqual([]);
  });

  it('is proven by a byte, which the client receives', async () => {
    const [first, second] = [await fixture.client(), await fixture.client()];
    await held(2);
    const remote = await fixture.remoteEnd(({ socket }) => socket.end('220 ready'));
    local.setUpstream(unproven(remote.endpoint));
    expect(await answers([first, second])).toEqual(['220 ready', '220 ready']);
    expect(clock.now()).toBe(0);
  });

  it('needs no second trial, until there is another tunnel', async () => {
    const remote = await fixture.remoteEnd();
    local.setUpstream(unproven(remote.endpoint));
    const peers = await waiting('a');
    await until(() => expect(remote.accepted).toHaveLength(1));
    await clock.advance(500);
    expect(await answers(peers)).toEqual(['a']);
    local.setUpstream(null);
    local.setUpstream(unproven(remote.endpoint));
    expect(await answers(await waiting('b'))).toEqual(['b']);
    local.setUpstream(unproven(remote.endpoint, 't2'));
    await waiting('c');
    await until(() => expect(remote.accepted).toHaveLength(3));
    expect(local.counters()).toMatchObject({ connections: 0, held: 1 });
  });

  it('needs another trial once the remote end has refused a client, and loses no client in the meantime', async () => {
    let isOpen = true;
    const remote = await fixture.remoteEnd((peer) => {
      if (isOpen) echo(peer.read());
      else peer.socket.end();
    });
    local.setUpstream({ ...unproven(remote.endpoint), trialMs: null });
    expect(await answers([await clientSaying('a')])).toEqual(['a']);
    isOpen = false;
    local.distrust('another', 500);
    local.distrust('t1', 500);
    const peers = await waiting('b', 'c');
    await until(() => expect(remote.accepted).toHaveLength(2));
    expect(local.counters()).toMatchObject({ connections: 0, held: 2 });
    isOpen = true;
    await clock.advance(1_000);
    await until(() => expect(remote.accepted.length).toBeGreaterThan(2));
    await clock.advance(500);
    expect(await answers(peers)).toEqual(['b', 'c']);
  });

  it('loses no client when it closes the connection: the trial is repeated, with the same client first', async () => {
    const peers = await waiting('a', 'b');
    let isOpen = false;
    const remote = await fixture.remoteEnd((peer) => {
      if (isOpen) echo(peer.read());
      else peer.read().socket.end();
    });
    local.setUpstream(unproven(remote.endpoint));
    const finding = 't1: The tunnel closed its first connection before a byte came back';
    await until(() => expect(fixture.suspicions).toEqual([finding]));
    await clock.advance(49);
    expect(remote.accepted).toHaveLength(1);
    isOpen = true;
    await clock.advance(1);
    await until(() => expect(remote.accepted).toHaveLength(2));
    await held(2);
    await clock.advance(500);
    expect(await answers(peers)).toEqual(['a', 'b']);
    expect(remote.accepted.map((peer) => peer.text)).toEqual(['', 'a', 'b']);
  });

  it('keeps its clients when it refuses, until their own deadline', async () => {
    const [peer] = await waiting('a');
    local.setUpstream(unproven({ kind: 'tcp', host: '127.0.0.1', port: await freePort() }));
    await until(() =>
      expect(fixture.suspicions).toEqual(['t1: The tunnel took no connection: ECONNREFUSED']),
    );
    await held(1);
    await clock.advance(60_000);
    expect(await peer!.ended).toBe('reset');
  });

  it('lets all clients through once it is declared proven, and uses the connection of the trial', async () => {
    const peers = await waiting('a', 'b');
    const remote = await fixture.remoteEnd((peer) => echo(peer.read()));
    local.setUpstream(unproven(remote.endpoint));
    await until(() => expect(remote.accepted).toHaveLength(1));
    local.setUpstream({ ...unproven(remote.endpoint), trialMs: null });
    expect(await answers(peers)).toEqual(['a', 'b']);
    expect(remote.accepted.map((peer) => peer.text)).toEqual(['a', 'b']);
    expect(clock.now()).toBe(0);
  });

  it('keeps the connection of its trial for the next client when the first one leaves', async () => {
    const gone = await fixture.client();
    await held(1);
    const stays = await fixture.client();
    await held(2);
    const remote = await fixture.remoteEnd();
    local.setUpstream(unproven(remote.endpoint));
    await until(() => expect(remote.accepted).toHaveLength(1));
    await clock.advance(300);
    gone.socket.resetAndDestroy();
    await held(1);
    await clock.advance(200);
    stays.socket.end('b');
    expect(await stays.all()).toBe('b');
    expect(remote.accepted).toHaveLength(1);
  });

  it('is left at once when its last client leaves, and when it is taken away', async () => {
    const remote = await fixture.remoteEnd((peer) => peer.read());
    local.setUpstream(unproven(remote.endpoint));
    const gone = await fixture.client();
    await until(() => expect(remote.accepted).toHaveLength(1));
    gone.socket.resetAndDestroy();
    await remote.accepted[0]!.ended;
    await fixture.client();
    await until(() => expect(remote.accepted).toHaveLength(2));
    local.setUpstream(null);
    await remote.accepted[1]!.ended;
    expect(local.counters()).toMatchObject({ connections: 0, held: 1 });
    expect(fixture.suspicions).toEqual([]);
  });
});
