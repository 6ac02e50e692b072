/** The client's SPDY against an independent server's, over a pair of streams in memory. */
import zlib from 'node:zlib';
import { once } from 'node:events';
import { duplexPair, type Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { spdyDictionary } from '../../../e2e/fixtures/spdy-dictionary.ts';
import { SpdyConnection as SpdyServer, type SpdyStream } from '../../../e2e/fixtures/spdy-server.ts';
import { systemClock } from '../clock.ts';
import { openPodStream, PodStreamError } from '../kube/pod-stream.ts';
import { SpdyConnection } from './spdy-connection.ts';
import {
  dataHeader,
  finFlag,
  HeaderBlocks,
  openFrame,
  pingFrame,
  resetFrame,
  SpdyReader,
} from './spdy-frames.ts';
import { endedBy } from './testing/stream-ends.ts';

interface World {
  readonly client: SpdyConnection;
  readonly opened: SpdyStream[];
  readonly raw: Duplex;
  end(): void;
}

function connect(onStream: (stream: SpdyStream) => void = () => undefined): World {
  const [ours, theirs] = duplexPair();
  const opened: SpdyStream[] = [];
  const server = new SpdyServer(theirs, (stream) => {
    opened.push(stream);
    onStream(stream);
  });
  void server.run();
  const client = new SpdyConnection(ours, systemClock);
  return {
    client,
    opened,
    raw: theirs,
    end: () => {
      client.close();
      server.destroy();
    },
  };
}

const echo = (stream: SpdyStream): void => {
  stream.pipe(stream);
};

it('opens streams with their headers, the first and later ones', async () => {
  const { client, opened, end } = connect();
  const first = client.open({ streamtype: 'error', port: '80', requestid: '0' }, true);
  const second = client.open({ streamtype: 'data', port: '80', requestid: 'ü' });
  expect(await Promise.all([first.accepted, second.accepted])).toEqual([true, true]);
  expect(opened.map(({ id, headers }) => [id, headers])).toEqual([
    [1, { streamtype: 'error', port: '80', requestid: '0' }],
    [3, { streamtype: 'data', port: '80', requestid: 'ü' }],
  ]);
  end();
  await Promise.all([first, second].map(endedBy));
});

it('carries large and small writes, and both halves end independently', async () => {
  const { client, end } = connect(echo);
  const stream = client.open({});
  const sent = Buffer.concat(Array.from({ length: 300 }, (_, i) => Buffer.alloc(i * 7, i)));
  stream.write(sent.subarray(0, 10));
  stream.write(sent.subarray(10, 11));
  stream.write('');
  stream.end(sent.subarray(11));
  expect(Buffer.concat((await stream.toArray()) as Buffer[]).equals(sent)).toBe(true);
  expect(client.streamCount).toBe(0);
  end();
});

it('pings the endpoint of the streams, and detects silence', async () => {
  const { client, end } = connect();
  expect(await client.ping(5_000)).toBe(true);
  end();
  expect(await client.ping(5_000)).toBe(false);
  const [ours] = duplexPair();
  const silent = new SpdyConnection(ours, systemClock);
  expect(await silent.ping(50)).toBe(false);
  silent.close();
});

it('ends a stream that the other side resets, and no other', async () => {
  const { client, opened, end } = connect(echo);
  const [bad, good] = [client.open({}), client.open({})];
  await Promise.all([bad.accepted, good.accepted]);
  opened[0]?.destroy();
  expect(String(await endedBy(bad))).toMatch(/reset/);
  good.write('x');
  expect(String(((await once(good, 'data')) as [Buffer])[0])).toBe('x');
  end();
  await endedBy(good);
});

it.each([
  [
    'ends both streams',
    (errors: SpdyStream, data: SpdyStream) => {
      errors.end('no such port');
      data.end();
    },
  ],
  [
    'resets both streams',
    (errors: SpdyStream, data: SpdyStream) => {
      errors.write('no such port');
      data.destroy();
      errors.destroy();
    },
  ],
])('reports why a connection to a pod failed when the kubelet %s', async (_, fail) => {
  const { client, opened, end } = connect();
  const stream = openPodStream(client, 80, 0);
  await stream.accepted;
  const [errors, data] = opened;
  if (errors !== undefined && data !== undefined) fail(errors, data);
  const error = await endedBy(stream);
  expect(error).toBeInstanceOf(PodStreamError);
  expect(error?.message).toBe('no such port');
  end();
});

it('fails writes to a pod that has closed both halves', async () => {
  const { client, opened, end } = connect();
  const stream = openPodStream(client, 80, 0);
  await stream.accepted;
  for (const one of opened) one.end('');
  const ended = once(stream, 'end');
  stream.resume();
  await ended;
  stream.write('to nobody');
  expect(String(await endedBy(stream))).toMatch(/remote end has closed/);
  end();
});

it('keeps the answer of a pod that has closed both halves while its client is still sending', async () => {
  const { client, opened, end } = connect();
  const stream = openPodStream(client, 80, 0);
  await stream.accepted;
  const [errors, data] = opened;
  data?.write('413 Too Large');
  errors?.end();
  data?.end();
  await eventually('the answer has come', () => stream.readableLength > 0 && client.streamCount === 1);
  stream.write('more');
  expect(String(Buffer.concat((await stream.toArray()) as Buffer[]))).toBe('413 Too Large');
  end();
  await endedBy(stream);
});

it('ends all streams with the connection', async () => {
  const { client, end } = connect();
  const stream = client.open({});
  const ended = endedBy(stream);
  end();
  expect(String(await ended)).toMatch(/lost/);
  expect(await client.ended).toBeNull();
  expect(client.isOpen).toBe(false);
});

it('stops all streams while one is not read, and continues when it is destroyed', async () => {
  const { client, opened, end } = connect();
  const [stuck, other] = [client.open({}), client.open({})];
  await Promise.all([stuck.accepted, other.accepted]);
  opened[0]?.write(Buffer.alloc(1_000_000));
  opened[1]?.write('x');
  await eventually('its buffer is full', () => client.isBackedUp);
  const read = once(other, 'data') as Promise<[Buffer]>;
  stuck.destroy();
  expect(String((await read)[0])).toBe('x');
  expect(client.isBackedUp).toBe(false);
  end();
  await endedBy(other);
});

it('continues when a stalled stream has ended, although its client keeps its own half open', async () => {
  const [ours, theirs] = duplexPair({ highWaterMark: 1_000_000 });
  const client = new SpdyConnection(ours, systemClock);
  const stream = client.open({});
  const bytes = Buffer.alloc(400_000);
  theirs.write(Buffer.concat([dataHeader(stream.id, bytes.length, finFlag), bytes]));
  const ended = once(stream, 'end');
  await eventually('its buffer is full', () => stream.readableLength === bytes.length);
  stream.resume();
  await ended;
  expect(client.isBackedUp).toBe(false);
  client.close();
  await endedBy(stream);
});

it('completes an empty write', async () => {
  const { client, opened, end } = connect(echo);
  const stream = client.open({});
  await stream.accepted;
  expect(opened).toHaveLength(1);
  await new Promise((resolve) => stream.write(Buffer.alloc(0), resolve));
  end();
  await endedBy(stream);
});

it.each(['ends', 'resets'] as const)(
  'closes after a GOAWAY when the other side %s the last stream',
  async (how) => {
    const { client, opened, raw, end } = connect();
    const stream = client.open({});
    await stream.accepted;
    const ended = endedBy(stream);
    raw.write(Buffer.from('800300070000000800000000' + '00000000', 'hex'));
    stream.end();
    if (how === 'ends') opened[0]?.end();
    else opened[0]?.destroy();
    stream.resume();
    await ended;
    expect(await client.ended).toBeNull();
    end();
  },
);

it('reports when its last stream has closed, even by a reset', async () => {
  const { client, opened, end } = connect();
  let idle = 0;
  client.onIdle(() => (idle += 1));
  const stream = client.open({});
  await stream.accepted;
  opened[0]?.destroy();
  await endedBy(stream);
  expect(idle).toBe(1);
  end();
});

it('opens no more streams after a GOAWAY, and closes after the last one', async () => {
  const { client, opened, raw, end } = connect();
  const stream = client.open({});
  await stream.accepted;
  raw.write(Buffer.from('800300070000000800000000' + '00000000', 'hex'));
  opened[0]?.end('last words');
  stream.end();
  expect(String((await stream.toArray())[0])).toBe('last words');
  expect(await client.ended).toBeNull();
  end();
});

it('refuses a stream of the other side, and fails on another protocol', async () => {
  const [ours, theirs] = duplexPair();
  const client = new SpdyConnection(ours, systemClock);
  theirs.write(openFrame(2, new HeaderBlocks().encode({}), 0));
  expect(((await once(theirs, 'data')) as [Buffer])[0]).toEqual(resetFrame(2, 3));
  theirs.write(Buffer.from('ffff000000000000', 'hex'));
  expect(String(await client.ended)).toMatch(/an unsupported SPDY version/);
});

it.each([
  ['pings', pingFrame(2)],
  ['opened streams', openFrame(2, new HeaderBlocks().encode({}), 0)],
])('closes when the other side floods it with %s and reads no answer', async (_, frame) => {
  const [ours, theirs] = duplexPair();
  const client = new SpdyConnection(ours, systemClock);
  theirs.write(Buffer.concat(Array.from({ length: 10_000 }, () => frame)));
  expect(String(await client.ended)).toMatch(/does not read the answers/);
});

it('answers any number of pings of a side that reads', async () => {
  const [ours, theirs] = duplexPair();
  const client = new SpdyConnection(ours, systemClock);
  for (let round = 0; round < 2_000; round += 1) {
    theirs.write(pingFrame(2));
    expect(((await once(theirs, 'data')) as [Buffer])[0]).toEqual(pingFrame(2));
  }
  client.close();
});

it('reads long control frames that arrive byte by byte in linear time', () => {
  const frame = Buffer.alloc(8 + 64 * 1024);
  Buffer.from('8003000300010000', 'hex').copy(frame);
  let resets = 0;
  const ignore = (): void => undefined;
  const reader = new SpdyReader({
    onReply: ignore,
    onData: () => true,
    onFin: ignore,
    onReset: () => (resets += 1),
    onOpen: ignore,
    onPing: ignore,
    onGoAway: ignore,
  });
  for (let round = 0; round < 30; round += 1)
    for (let at = 0; at < frame.length; at += 1) reader.feed(frame.subarray(at, at + 1));
  expect(resets).toBe(30);
});

describe('header blocks', () => {
  it('are a zlib stream that continues from one to the next', async () => {
    const blocks = new HeaderBlocks();
    const inflate = zlib.createInflate({ dictionary: spdyDictionary });
    const inflated: Buffer[] = [];
    inflate.on('data', (chunk: Buffer) => inflated.push(chunk));
    for (const value of ['0', '1']) inflate.write(blocks.encode({ RequestId: value }));
    await new Promise<void>((resolve) => inflate.flush(resolve));
    const expected = (value: string): string =>
      `0000000100000009${Buffer.from('requestid').toString('hex')}00000001${Buffer.from(value).toString('hex')}`;
    expect(Buffer.concat(inflated).toString('hex')).toBe(expected('0') + expected('1'));
    inflate.close();
  });
});

it('reads the same frames from chunks of any size', () => {
  const data = Buffer.alloc(500, 'd');
  const wire = Buffer.concat([
    Buffer.from('80030002000000040000000100', 'hex').subarray(0, 12),
    dataHeader(1, data.length),
    data,
    pingFrame(2),
    dataHeader(1, 0),
    Buffer.from('80030004000000080000000000000000', 'hex'),
    dataHeader(1, 3, finFlag),
    Buffer.from('end'),
    resetFrame(3, 5),
  ]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: wire.length }), { maxLength: 20 }), (cuts) => {
      const events: string[] = [];
      let bytes = 0;
      const reader = new SpdyReader({
        onReply: (id) => events.push(`reply ${String(id)}`),
        onData: (_, piece) => {
          bytes += piece.length;
          return true;
        },
        onFin: (id) => events.push(`fin ${String(id)} after ${String(bytes)}`),
        onReset: (id, status) => events.push(`reset ${String(id)} ${String(status)}`),
        onOpen: () => events.push('open'),
        onPing: (id) => events.push(`ping ${String(id)}`),
        onGoAway: () => events.push('goaway'),
      });
      let start = 0;
      for (const end of [...new Set([...cuts, wire.length])].sort((a, b) => a - b)) {
        reader.feed(wire.subarray(start, end));
        start = end;
      }
      expect(events).toEqual(['reply 1', 'ping 2', 'fin 1 after 503', 'reset 3 5']);
    }),
  );
});
