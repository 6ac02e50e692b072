import { describe, expect, it } from 'vitest';
import { shorten, widthOf, wrap } from './text-width.ts';

describe('text on a terminal', () => {
  it.each([
    ['db', 2],
    ['e\u0301é', 2],
    ['größe', 5],
    ['日本語', 6],
    ['● up', 4],
  ])('%s is as wide as it is drawn', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it.each([
    ['postgres', 8, 'postgres'],
    ['postgres', 7, 'postgr…'],
    ['日本語', 4, '日…'],
    ['日本語', 5, '日本…'],
    ['db', 1, '…'],
  ])('%s in %i columns is %s', (text, width, shown) => {
    expect(shorten(text, width)).toBe(shown);
  });

  it('is wrapped between words, and a word that does not fit is broken', () => {
    expect(wrap('the bastion refused the connection', 12)).toEqual([
      'the bastion',
      'refused the',
      'connection',
    ]);
    expect(wrap('see https://example.com/a/long/way', 12)).toEqual(['see', 'https://exa…']);
    expect(wrap('short', 12)).toEqual(['short']);
  });
});
