import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionBudget } from './connection-budget.ts';
import type { ServicePort } from './service-port.ts';
import { echo, type Peer } from './testing/loopback-peers.ts';
import { PortFixture, until } from './testing/port-fixture.ts';

let fixture: PortFixture;
let local: ServicePort;

beforeEach(async () => {
  fixture = await PortFixture.create();
});

afterEach(() => fixture.scope.close());

const held = (count: number): Promise<void> => until(() => expect(local.counters().held).toBe(count));

/** Serves the clients that still wait; returns what they sent. */
async function serve(): Promise<string[]> {
  const remote = await fixture.remoteEnd((peer) => echo(peer.read()));
  local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
  await until(() => expect(local.counters()).toMatchObject({ connections: 0, held: 0 }));
  return remote.accepted.map((peer) => peer.text);
}

/** Connects, does its part, and waits until it is held. */
async function client(act: (peer: Peer) => void): Promise<Peer> {
  const peer = await fixture.client();
  await until(() => expect(local.counters().held).toBeGreaterThan(0));
  act(peer);
  return peer;
}

describe('a client that leaves while it is held', () => {
  it.each([
    ['without sending anything', (peer: Peer) => peer.socket.end()],
    ['by a reset', (peer: Peer) => peer.socket.resetAndDestroy()],
  ])('%s, frees its slot at once', async (_, leave) => {
    local = await fixture.open();
    await client(leave);
    await held(0);
  });

  it('by a reset after a request, frees its slot at once', async () => {
    local = await fixture.open();
    const { socket } = await client((peer) => peer.socket.write('request'));
    // The next client is accepted only after these bytes have been read.
    await fixture.client();
    await held(2);
    socket.resetAndDestroy();
    await held(1);
  });

  it('by a reset in the same turn of the event loop as a request, frees its slot at once', async () => {
    local = await fixture.open();
    await client(({ socket }) => {
      socket.write('request');
      socket.resetAndDestroy();
    });
    await held(0);
  });

  it('after a request that may be half-closed, keeps its slot and is served', async () => {
    local = await fixture.open();
    const peer = await client(({ socket }) => socket.end('printf | nc -N'));
    await fixture.client();
    await held(2);
    const remote = await fixture.remoteEnd();
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    expect(await peer.all()).toBe('printf | nc -N');
  });

  it('is the first to go when all slots are taken', async () => {
    local = await fixture.open({ maxHeldConnections: 3 });
    const peers: Peer[] = [];
    for (const [text, ends] of [
      ['a', true],
      ['b', false],
      ['c', true],
    ] as const) {
      const peer = await fixture.client();
      if (ends) peer.socket.end(text);
      else peer.socket.write(text);
      peers.push(peer);
      await held(peers.length);
    }
    // The ends are read in one turn of the event loop or several.
    const newcomer = await fixture.client();
    newcomer.socket.write('d');
    expect(await peers[0]!.ended).toBe('reset');
    await held(3);
    const another = await fixture.client();
    another.socket.write('e');
    expect(await peers[2]!.ended).toBe('reset');
    expect(await (await fixture.client()).ended).toBe('reset');
    for (const peer of [peers[1]!, newcomer, another]) peer.socket.end();
    expect(await serve()).toEqual(['b', 'd', 'e']);
  });

  it('does not cost a waiting client its slot, even if 300 others come and go', async () => {
    local = await fixture.open({ maxHeldConnections: 256 });
    const patient = await fixture.client();
    patient.socket.write('patience');
    for (let count = 0; count < 300; count++) {
      const peer = await fixture.client();
      // Like a program that gives up at a deadline.
      peer.socket.write('GET / HTTP/1.1\r\n\r\n', () => peer.socket.destroy());
    }
    const late = await fixture.client();
    late.socket.end('late');
    await until(() => expect(local.counters().held).toBeLessThanOrEqual(256));
    const remote = await fixture.remoteEnd();
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    patient.socket.end();
    expect(await Promise.all([patient.all(), late.all()])).toEqual(['patience', 'late']);
  });
});

describe('the bytes of a held client', () => {
  it('are kept in order, however many, and sent once', async () => {
    local = await fixture.open();
    const text = Array.from({ length: 60_000 }, (_, index) => String(index)).join(' ');
    const socket = connect({ host: '127.0.0.1', port: fixture.port });
    fixture.scope.own('client', () => void socket.destroy());
    socket.end(text);
    await held(1);
    await until(() => expect(socket.bytesWritten).toBeGreaterThan(16 * 1024));
    expect(await serve()).toEqual([text]);
  });
});

describe('a client that left while its tunnel does not answer', () => {
  it('makes room for a new client when the budget is used up, first on a former tunnel', async () => {
    // 64 in reserve, 5 for the port: 26 connections, 13 of them for other ports that may open.
    local = await fixture.open({ budget: new ConnectionBudget(64 + 5 + 2 * 26) });
    const dead = await fixture.remoteEnd((peer) => peer.read());
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: dead.endpoint });
    for (let count = 1; count <= 13; count++) {
      (await fixture.client()).socket.end('request');
      await until(() => expect(dead.accepted.filter((peer) => peer.text === 'request')).toHaveLength(count));
    }
    await Promise.all(dead.accepted.map((peer) => peer.ended));
    const remote = await fixture.remoteEnd();
    local.setUpstream({ tunnelId: 't2', trialMs: null, endpoint: remote.endpoint });
    for (let count = 0; count < 13; count++) {
      const peer = await fixture.client();
      peer.socket.end('answered');
      expect(await peer.all()).toBe('answered');
    }
    expect(local.counters().connections).toBe(12);
  });

  it('is not confused with one that still sends: then the new client is refused', async () => {
    local = await fixture.open({ budget: new ConnectionBudget(64 + 5 + 2 * 26) });
    const remote = await fixture.remoteEnd((peer) => peer.read());
    local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint: remote.endpoint });
    for (let count = 1; count <= 13; count++) {
      (await fixture.client()).socket.write('still here');
      await until(() => expect(remote.accepted).toHaveLength(count));
    }
    expect(await (await fixture.client()).ended).toBe('reset');
    expect(local.counters().connections).toBe(13);
  });
});
