import { describe, expect, it } from 'vitest';
import { readTime } from './time-option.ts';

const now = Date.UTC(2026, 10, 22, 12);

describe('a time on the command line', () => {
  it.each([
    ['10m', now - 600_000],
    ['90', now - 90_000],
    ['1.5h', now - 5_400_000],
    ['2026-11-22T10:00:00Z', Date.UTC(2026, 10, 22, 10)],
    ['2026-11-22', new Date(2026, 10, 22).getTime()],
    ['2026-11-22 10:30', new Date(2026, 10, 22, 10, 30).getTime()],
    ['2026-11-22 10:30:05.250', new Date(2026, 10, 22, 10, 30, 5, 250).getTime()],
  ])('%s is understood', (text, time) => {
    expect(readTime('--since', text, now)).toBe(time);
  });

  it.each(['', 'noon', '10 minutes', '2026-13-01', '11/22/2026'])('%j is refused', (text) => {
    expect(() => readTime('--since', text, now)).toThrow('--since');
  });
});
