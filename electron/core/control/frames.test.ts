import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameDecoder, type Decoded } from './frames.ts';

const maxBytes = 1_000;

function encode(message: unknown): Buffer {
  const frame = encodeFrame(message, maxBytes);
  if (!frame.ok) throw new Error(`${frame.error} bytes`);
  return frame.value;
}

/** Pushes in chunks as a socket would, and takes what is complete after each. */
function decode(chunks: readonly Buffer[]): readonly Decoded[] {
  const decoder = new FrameDecoder(maxBytes);
  const decoded: Decoded[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let next = decoder.next(); next.kind !== 'incomplete'; next = decoder.next()) {
      decoded.push(next);
      if (next.kind === 'broken') return decoded;
    }
  }
  return decoded;
}

function cut(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  let from = 0;
  for (const size of sizes) chunks.push(bytes.subarray(from, (from += size)));
  return [...chunks, bytes.subarray(from)];
}

const small = fc.json({ maxDepth: 2 }).filter((json) => Buffer.byteLength(json) <= maxBytes);

describe('frames', () => {
  it('bring every message back, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 20 }), fc.array(fc.nat(200)), (jsons, sizes) => {
        const messages = jsons.map((json): unknown => JSON.parse(json));
        const decoded = decode(cut(Buffer.concat(messages.map(encode)), sizes));
        expect(decoded).toEqual(messages.map((message) => ({ kind: 'message', message })));
      }),
    );
  });

  it('refuse a frame that is too large by its length alone, on both ends', () => {
    expect(encodeFrame('x'.repeat(maxBytes), maxBytes)).toEqual({ ok: false, error: maxBytes + 2 });
    expect(encodeFrame('x'.repeat(maxBytes - 2), maxBytes).ok).toBe(true);
    const header = Buffer.alloc(4);
    header.writeUInt32BE(maxBytes + 1);
    expect(decode([header])).toEqual([
      { kind: 'broken', code: 'too-large', reason: 'a frame of 1001 bytes; 1000 are allowed' },
    ]);
  });

  it('are JSON in UTF-8, nothing else', () => {
    const notJson = Buffer.from('\0\0\0\x02{]', 'latin1');
    const notUtf8 = Buffer.from('\0\0\0\x03"\xff"', 'latin1');
    const empty = Buffer.alloc(4);
    const broken = { kind: 'broken', code: 'bad-request', reason: 'a frame that is not JSON in UTF-8' };
    expect([notJson, notUtf8, empty].map((bytes) => decode([bytes]))).toEqual([[broken], [broken], [broken]]);
  });

  it('take a frame in single bytes without copying it again for each', () => {
    const decoder = new FrameDecoder(1024 * 1024);
    const frame = encodeFrame('x'.repeat(1024 * 1024 - 2), 1024 * 1024);
    if (!frame.ok) throw new Error('too large');
    const startedAt = performance.now();
    for (const byte of frame.value) decoder.push(Buffer.of(byte));
    expect(decoder.next().kind).toBe('message');
    // A megabyte copied a million times would take minutes.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
