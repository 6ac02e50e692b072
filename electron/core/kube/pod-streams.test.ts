/**
 * Which connection a client gets, with an independent SPDY server at the other end and a clock that the test moves.
 */
import { type Duplex, duplexPair } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import {
  SpdyConnection as SpdyServer,
  type SpdyStream as ServerStream,
} from '../../../e2e/fixtures/spdy-server.ts';
import { err, ok } from '../../../shared/result.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { kubectlConnection, serviceWith } from '../tunnel/testing/service-specs.ts';
import type { KubeAnswer } from './kube-api.ts';
import { PodStreams } from './pod-streams.ts';
import { SpdyConnection } from '../spdy/spdy-connection.ts';
import type { SpdyStream } from '../spdy/spdy-stream.ts';

const service = serviceWith(kubectlConnection());

let clock: FakeClock;
let streams: PodStreams;
/** At the other end, in the order of their connections. */
let servers: { readonly server: SpdyServer; readonly streams: ServerStream[] }[];
/** Our ends of them, and their underlying streams. */
let connections: SpdyConnection[];
let wires: Duplex[];
let refusal: KubeAnswer | null;
let reports: string[];

beforeEach(() => {
  clock = new FakeClock();
  servers = [];
  connections = [];
  wires = [];
  refusal = null;
  reports = [];
  streams = new PodStreams(
    { namespace: 'default', pod: 'web-0' },
    {
      clock,
      onSuspected: () => {
        reports.push('suspected');
      },
      onEmptied: () => {
        reports.push('emptied');
      },
      dial: () => {
        if (refusal !== null) return Promise.resolve(err(refusal));
        const [ours, theirs] = duplexPair();
        const opened: ServerStream[] = [];
        const end = {
          server: new SpdyServer(theirs, (stream) => opened.push(stream)),
          streams: opened,
        };
        servers.push(end);
        void end.server.run();
        const connection = new SpdyConnection(ours, clock);
        connections.push(connection);
        wires.push(ours);
        return Promise.resolve(ok(connection));
      },
    },
  );
});

afterEach(() => {
  streams.close();
  for (const { server } of servers) server.destroy();
});

async function connect(): Promise<SpdyStream> {
  const opened = await streams.open({ service, port: 80, onComplaint: () => undefined });
  if (!opened.ok) throw new Error(opened.error.title);
  opened.value.on('error', () => undefined);
  expect(await opened.value.accepted).toBe(true);
  return opened.value;
}

/** Sends every client more than it reads. */
async function backUpAll(): Promise<void> {
  for (const end of servers)
    for (const stream of end.streams)
      if (stream.headers['streamtype'] === 'data') stream.write(Buffer.alloc(1_000_000));
  await eventually('all are backed up', () => connections.every((connection) => connection.isBackedUp));
}

/** The number of clients of each connection. */
const clients = (): readonly number[] =>
  servers.map(
    (end) =>
      end.streams.filter((stream) => stream.headers['streamtype'] === 'data' && !stream.destroyed).length,
  );

it('spreads clients over four connections, the last of them warm before it is needed', async () => {
  await streams.warm(service);
  expect(clients()).toEqual([0]);
  for (const expected of [
    [1, 0],
    [1, 1, 0],
    [1, 1, 1, 0],
    [1, 1, 1, 1],
    [2, 1, 1, 1],
  ]) {
    await connect();
    await eventually('a warm one', () => servers.length === expected.length);
    expect(clients()).toEqual(expected);
  }
});

it('assigns no client to a connection that is backed up, and opens more when all are', async () => {
  for (let count = 1; count <= 4; count++) {
    await connect();
    await eventually('a warm one', () => servers.length === Math.min(4, count + 1));
  }
  await backUpAll();
  await connect();
  expect(clients()).toEqual([1, 1, 1, 1, 1]);
});

it('falls back to a loaded connection if a new one is refused, and reports the refusal if there is none', async () => {
  refusal = { status: 403, body: { message: 'pods "web-0" is forbidden' } };
  const opened = await streams.open({ service, port: 80, onComplaint: () => undefined });
  expect(opened.ok ? null : opened.error.code).toBe('forbidden');
  refusal = null;
  await streams.warm(service);
  refusal = { status: 500, body: 'no more' };
  await connect();
  await backUpAll();
  const beside = await streams.open({ service, port: 80, onComplaint: () => undefined });
  if (!beside.ok) throw new Error(beside.error.title);
  beside.value.on('error', () => undefined);
  expect(connections.map(({ isBackedUp, streamCount }) => [isBackedUp, streamCount])).toEqual([[true, 4]]);
});

it('closes a connection at once that is opened after all are closed, and leaves no timer', async () => {
  const warming = streams.warm(service);
  streams.close();
  expect((await warming).ok).toBe(false);
  expect(connections.map(({ isOpen }) => isOpen)).toEqual([false]);
  expect(clock.pendingTimers).toBe(0);
});

it('closes a second connection without clients after a while, and keeps one', async () => {
  const client = await connect();
  await eventually('a warm one', () => streams.connectionCount === 2);
  client.destroy();
  await eventually('the pod learns it', () => clients()[0] === 0);
  for (let tick = 0; tick < 4; tick++) {
    await clock.advance(10_000);
  }
  await eventually('one is left', () => streams.connectionCount === 1);
});

it('assigns no client to a connection with an unanswered ping, and closes it when it has none', async () => {
  await connect();
  await eventually('a warm one', () => streams.connectionCount === 2);
  for (const { server } of servers.slice(1)) server.answersPings = false;
  const proof = streams.prove(1_000, service);
  await clock.advance(1_000);
  expect(await proof).toBe(true);
  await connect();
  expect(clients().slice(0, 2)).toEqual([2, 0]);
  await clock.advance(10_000);
  expect(connections[1]?.isOpen).toBe(false);
});

it('reports that its last client has gone, even with several connections, and suspects the network when the last one closes', async () => {
  await connect();
  await eventually('a warm one', () => streams.connectionCount === 2);
  connections[0]?.close();
  await eventually('one is left', () => streams.connectionCount === 1);
  expect(reports).toEqual(['emptied']);
  connections[1]?.close();
  await eventually('none is left', () => streams.connectionCount === 0);
  expect([reports, streams.isResponsive]).toEqual([['emptied', 'suspected', 'emptied'], false]);
});

it('is responsive as long as one connection is not backed up, and unknown when all are', async () => {
  await connect();
  await eventually('a warm one', () => streams.connectionCount === 2);
  expect(streams.isResponsive).toBe(true);
  for (const stream of servers[0]?.streams ?? [])
    if (stream.headers['streamtype'] === 'data') stream.write(Buffer.alloc(1_000_000));
  await eventually('it is backed up', () => connections[0]?.isBackedUp === true);
  expect(streams.isResponsive).toBe(true);
  connections[1]?.close();
  await eventually('one is left', () => streams.connectionCount === 1);
  expect([streams.isResponsive, await streams.prove(1_000, service)]).toEqual([false, null]);
  expect(reports).toEqual([]);
});

it('suspects the network once when pings are no longer answered', async () => {
  await connect();
  await eventually('a warm one', () => streams.connectionCount === 2);
  for (const { server } of servers) server.answersPings = false;
  await clock.advance(13_000);
  expect([reports, streams.isResponsive]).toEqual([['suspected'], false]);
});

it('moves a client to another connection when the first write shows that its own was lost', async () => {
  await streams.warm(service);
  const [wire] = wires;
  if (wire === undefined) throw new Error('there is no connection');
  wire._write = (_chunk, _encoding, done) => {
    done(new Error('EPIPE'));
  };
  // As for a real client: no promise is awaited between its arrival and the write.
  const opened = await new Promise<Awaited<ReturnType<PodStreams['open']>>>((resolve) => {
    setImmediate(() => {
      resolve(streams.open({ service, port: 80, onComplaint: () => undefined }));
    });
  });
  expect(opened.ok && !opened.value.destroyed).toBe(true);
  expect(connections[0]?.isOpen).toBe(false);
  if (opened.ok) opened.value.on('error', () => undefined);
});
