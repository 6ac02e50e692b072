import { describe, expect, it } from 'vitest';
import { isSame } from './same.ts';

describe('two values are equal', () => {
  it.each([
    [1, 1],
    [null, null],
    [
      { a: 1, b: { c: [1, 2] } },
      { b: { c: [1, 2] }, a: 1 },
    ],
    [NaN, NaN],
  ])('%j and %j', (a, b) => {
    expect(isSame(a, b)).toBe(true);
  });

  it.each([
    [1, '1'],
    [null, {}],
    [{ a: 1 }, { a: 1, b: undefined }],
    [{ a: undefined }, { b: undefined }],
    [{ a: { b: 1 } }, { a: { b: 2 } }],
    [
      [1, 2],
      [1, 2, 3],
    ],
  ])('but not %j and %j', (a, b) => {
    expect(isSame(a, b)).toBe(false);
  });

  it('but not two functions that only look alike', () => {
    expect(isSame({ f: () => 1 }, { f: () => 1 })).toBe(false);
  });
});
