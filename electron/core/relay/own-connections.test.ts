import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { beforeEach, expect, it } from 'vitest';
import { OwnConnections, type Ends } from './own-connections.ts';

const here = '127.0.0.1';
const target = 7000;
const service = 8000;

let connections: OwnConnections;

beforeEach(() => {
  connections = new OwnConnections();
});

const arrived = (from: number, at = service): Ends => ({
  localAddress: here,
  localPort: at,
  remoteAddress: here,
  remotePort: from,
});

const sent = (from: number, to: number): Ends & Pick<Socket, 'once'> =>
  Object.assign(new EventEmitter(), {
    localAddress: here,
    localPort: from,
    remoteAddress: here,
    remotePort: to,
  }) as unknown as Socket;

it("does not confuse another program's connection with one of ours that has the same port", () => {
  connections.noteRelay('db', arrived(50_001), sent(50_002, target));
  expect(connections.hasComeBack('db', arrived(50_002))).toBe(false);
});

it('tells apart two connections with the same port', () => {
  const first = sent(50_002, target);
  connections.noteRelay('db', arrived(50_001), first);
  connections.noteRelay('web', arrived(50_003), sent(50_002, service));
  expect(connections.hasComeBack('web', arrived(50_002))).toBe(true);
  expect(connections.hasComeBack('db', arrived(50_002))).toBe(false);
  (first as unknown as EventEmitter).emit('close');
  expect(connections.hasComeBack('web', arrived(50_002))).toBe(true);
});

it('recognizes a connection that was redirected on its way after eight rounds', () => {
  let rounds = 0;
  // Sent to port 80, it arrives at the service's.
  while (rounds < 20 && !connections.hasComeBack('db', arrived(50_000 + rounds))) {
    connections.noteRelay('db', arrived(50_000 + rounds), sent(50_001 + rounds, 80));
    rounds += 1;
  }
  expect(rounds).toBe(8);
});
