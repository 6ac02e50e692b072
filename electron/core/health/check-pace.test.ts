import { describe, expect, it } from 'vitest';
import { nextCheckAt, phaseShift } from './check-pace.ts';

const second = 1000;

describe('check pace', () => {
  it.each([
    { what: 'a quick check', tookMs: 3, intervalMs: 30 * second, inDoubt: false, nextAt: 30 * second },
    {
      what: 'one that started early',
      tookMs: -80,
      intervalMs: 30 * second,
      inDoubt: false,
      nextAt: 30 * second,
    },
    {
      what: 'one as long as its interval',
      tookMs: 5000,
      intervalMs: 5 * second,
      inDoubt: false,
      nextAt: 10 * second,
    },
    {
      what: 'one that outlasts two',
      tookMs: 12_000,
      intervalMs: 5 * second,
      inDoubt: false,
      nextAt: 15 * second,
    },
    { what: 'a quick failure', tookMs: 10, intervalMs: 30 * second, inDoubt: true, nextAt: 2010 },
    { what: 'a slow failure', tookMs: 5000, intervalMs: 30 * second, inDoubt: true, nextAt: 7000 },
    {
      what: 'a failure with a short interval',
      tookMs: 10,
      intervalMs: second,
      inDoubt: true,
      nextAt: second,
    },
  ])('follows $what', ({ tookMs, intervalMs, inDoubt, nextAt }) => {
    expect(nextCheckAt({ startedAt: 0, endedAt: tookMs, intervalMs, inDoubt })).toBe(nextAt);
  });

  it('shifts the phase of a service by at most a fifth of its interval', () => {
    expect([0, 0.5, 0.999].map((random) => Math.round(phaseShift(5000, random)))).toEqual([0, 500, 999]);
  });
});
