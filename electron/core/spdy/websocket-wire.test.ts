/**
 * The client's WebSocket against an independent server's, over a pair of streams in memory, in chunks of any size.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { WebSocketServerWire } from '../../../e2e/fixtures/websocket-server.ts';
import { endedBy } from './testing/stream-ends.ts';
import { FrameReader } from './websocket-frames.ts';
import { WebSocketWire } from './websocket-wire.ts';

const none = Buffer.alloc(0);

function connected(head: Buffer = none): { client: WebSocketWire; server: WebSocketServerWire; raw: Duplex } {
  const [ours, theirs] = duplexPair();
  return { client: new WebSocketWire(ours, head), server: new WebSocketServerWire(theirs), raw: theirs };
}

async function bytesOf(stream: Duplex, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  while (bytes < length) {
    const chunk = stream.read() as Buffer | null;
    if (chunk === null) await once(stream, 'readable');
    else {
      chunks.push(chunk);
      bytes += chunk.length;
    }
  }
  return Buffer.concat(chunks);
}

it.each([0, 1, 3, 4, 5, 125, 126, 127, 65_534, 65_535, 65_536, 65_537, 73_728, 73_729, 200_001])(
  'carries %i bytes in both directions',
  async (length) => {
    const { client, server } = connected();
    const sent = randomBytes(length);
    client.write(sent);
    client.write('!');
    const expected = Buffer.concat([sent, Buffer.from('!')]);
    expect((await bytesOf(server, length + 1)).equals(expected)).toBe(true);
    server.write(sent);
    server.write('!');
    expect((await bytesOf(client, length + 1)).equals(expected)).toBe(true);
    client.destroy();
    server.destroy();
  },
);

it('answers a ping, and continues', async () => {
  const { client, server } = connected();
  client.resume();
  const answered = once(server, 'pong');
  server.resume();
  server.ping();
  await answered;
  client.destroy();
  server.destroy();
});

it('queues one pong at most, for the latest of many pings', async () => {
  const [ours, theirs] = duplexPair();
  const client = new WebSocketWire(ours, none);
  const ping = (text: string): Buffer => Buffer.concat([Buffer.from([0x89, text.length]), Buffer.from(text)]);
  theirs.write(Buffer.concat([...Array.from({ length: 10_000 }, () => ping('early')), ping('last')]));
  await new Promise(setImmediate);
  expect(ours.writableLength).toBeLessThan(100);
  const server = new WebSocketServerWire(theirs);
  server.resume();
  const payloads: string[] = [];
  server.on('pong', (payload: Buffer) => payloads.push(payload.toString()));
  await eventually('the last ping is answered', () => payloads.includes('last'));
  expect(payloads.length).toBeLessThan(5);
  client.destroy();
  server.destroy();
});

it('sends a close frame, and closes when the other side does', async () => {
  const { client, server } = connected();
  const ends = Promise.all([endedBy(client), endedBy(server)]);
  server.end();
  expect(await ends).toEqual([null, null]);
  const other = connected();
  const otherEnds = endedBy(other.server);
  other.client.end();
  expect(await otherEnds).toBeNull();
  other.client.destroy();
});

it.each([
  ['a masked frame', [0x82, 0x81, 1, 2, 3, 4, 5], /masked/],
  ['reserved bits', [0xc2, 0x01, 5], /reserved/],
  ['text', [0x81, 0x01, 5], /type 1/],
  ['a continuation without a message', [0x80, 0x01, 5], /type 0/],
  ['a fragmented control frame', [0x09, 0x00], /control/],
  ['a failure code', [0x88, 0x02, 0x03, 0xf3], /closed: 1011/],
])('fails on %s', async (_, bytes, message) => {
  const { client, raw } = connected(Buffer.from(bytes));
  expect(String(await endedBy(client))).toMatch(message);
  raw.destroy();
});

it('fails when the connection ends without a close frame', async () => {
  const { client, raw } = connected();
  const end = endedBy(client);
  raw.end();
  expect(String(await end)).toMatch(/closed unexpectedly/);
});

it('waits for a reader', async () => {
  const { client, server } = connected();
  let written = 0;
  const block = Buffer.alloc(10_000);
  while (server.write(block)) written += block.length;
  await new Promise(setImmediate);
  expect(client.readableLength).toBeLessThan(200_000);
  expect(written).toBeLessThan(1_000_000);
  client.destroy();
  server.destroy();
});

describe('frames', () => {
  it('are read the same from chunks of any size, even when messages are fragmented around a ping', () => {
    const payload = randomBytes(70_000);
    const frame = (first: number, bytes: Buffer): Buffer => {
      const length = Buffer.alloc(10);
      length[0] = first;
      if (bytes.length < 126) return Buffer.concat([Buffer.from([first, bytes.length]), bytes]);
      if (bytes.length <= 0xffff) {
        length[1] = 126;
        length.writeUInt16BE(bytes.length, 2);
        return Buffer.concat([length.subarray(0, 4), bytes]);
      }
      length[1] = 127;
      length.writeBigUInt64BE(BigInt(bytes.length), 2);
      return Buffer.concat([length, bytes]);
    };
    const wire = Buffer.concat([
      frame(0x02, payload.subarray(0, 100)),
      frame(0x89, Buffer.from('ping')),
      frame(0x00, payload.subarray(100, 1_000)),
      frame(0x80, none),
      frame(0x82, payload.subarray(1_000)),
      frame(0x88, Buffer.from([0x03, 0xe8, 0x62, 0x79, 0x65])),
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: wire.length }), { maxLength: 20 }), (cuts) => {
        const events: string[] = [];
        const data: Buffer[] = [];
        const reader = new FrameReader({
          onData: (bytes) => data.push(Buffer.from(bytes)) > 0,
          onPing: (bytes) => events.push(`ping ${bytes.toString()}`),
          onClose: (code, reason) => events.push(`close ${String(code)} ${reason}`),
        });
        const ends = [...new Set([...cuts, wire.length])].sort((a, b) => a - b);
        let start = 0;
        for (const end of ends) {
          reader.feed(wire.subarray(start, end));
          start = end;
        }
        expect(Buffer.concat(data).equals(payload)).toBe(true);
        expect(events).toEqual(['ping ping', 'close 1000 bye']);
      }),
    );
  });
});
