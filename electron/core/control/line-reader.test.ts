import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader } from './line-reader.ts';

function read(chunks: readonly Buffer[], maxBytes = 1_000) {
  const lines: string[] = [];
  const reader = new LineReader(maxBytes, (line) => lines.push(line));
  const isFine = chunks.every((chunk) => reader.push(chunk));
  return { lines, isFine, isAtEnd: reader.isAtEnd };
}

function cut(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  let from = 0;
  for (const size of sizes) chunks.push(bytes.subarray(from, (from += size)));
  return [...chunks, bytes.subarray(from)];
}

describe('lines', () => {
  it('are complete, however the stream is split', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\n', '↵'));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, sizes) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        expect(read(cut(bytes, sizes))).toEqual({ lines, isFine: true, isAtEnd: true });
      }),
    );
  });

  it('are not at their end in the middle of a line', () => {
    expect(read([Buffer.from('one\ntw')])).toEqual({ lines: ['one'], isFine: true, isAtEnd: false });
  });

  it('fail when one is too long', () => {
    expect(read([Buffer.from('12345\n'), Buffer.from('123'), Buffer.from('456\n')], 5)).toMatchObject({
      lines: ['12345'],
      isFine: false,
    });
  });
});
