import { describe, expect, it } from 'vitest';
import { showBytes, showCount, showDuration } from './quantity.ts';

describe('quantities', () => {
  it.each([
    [0, '0 services'],
    [1, '1 service'],
    [2, '2 services'],
  ])('%i of something is %s', (count, shown) => {
    expect(showCount(count, 'service')).toBe(shown);
  });

  it.each([
    [-5, '0s'],
    [999, '0s'],
    [41_900, '41s'],
    [65_000, '1m 5s'],
    [3_600_000, '1h 0m'],
    [86_399_999, '23h 59m'],
    [273_600_000, '3d 4h'],
  ])('%i ms are shown as %s', (durationMs, shown) => {
    expect(showDuration(durationMs)).toBe(shown);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [9_949, '9.9 kB'],
    [9_950, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [34_000_000, '34 MB'],
    [5e15, '5000 TB'],
  ])('%i bytes are shown as %s', (bytes, shown) => {
    expect(showBytes(bytes)).toBe(shown);
  });
});
