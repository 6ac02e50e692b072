import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodySearch } from './body-search.ts';

const readAll = (search: BodySearch, pieces: readonly Buffer[]): string[] =>
  pieces.map((piece) => search.read(piece));

describe('body search', () => {
  it('finds a text wherever the body is split, even within a character', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, text, text, fc.integer({ min: 1, max: 7 }), (before, expected, after, size) => {
        const body = Buffer.from(before + expected + after);
        const count = Math.ceil(body.length / size);
        const pieces = Array.from({ length: count }, (_, i) => body.subarray(i * size, (i + 1) * size));
        expect(readAll(new BodySearch(expected), pieces)).toContain('found');
      }),
    );
  });

  it('keeps searching until a megabyte has been read', () => {
    const quarter = Buffer.alloc(256 * 1024, 'x');
    expect(readAll(new BodySearch('ok'), [quarter, quarter, quarter, quarter])).toEqual([
      'searching',
      'searching',
      'searching',
      'exhausted',
    ]);
  });
});
