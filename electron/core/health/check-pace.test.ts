import { describe, expect, it } from 'vitest';
import { nextCheckAt, phaseShift } from './check-pace.ts';

const second = 1000;

describe('check pace', () => {
  it.each([
    { what: 'a quick check', tookMs: 3, intervalMs: 30 * second, failures: 0, nextAt: 30 * second },
    {
      what: 'one that started early',
      tookMs: -80,
      intervalMs: 30 * second,
      failures: 0,
      nextAt: 30 * second,
    },
    {
      what: 'one as long as its interval',
      tookMs: 5000,
      intervalMs: 5 * second,
      failures: 0,
      nextAt: 10 * second,
    },
    {
      what: 'one that outlasts two',
      tookMs: 12_000,
      intervalMs: 5 * second,
      failures: 0,
      nextAt: 15 * second,
    },
    { what: 'a quick failure', tookMs: 10, intervalMs: 30 * second, failures: 1, nextAt: 2010 },
    { what: 'a slow failure', tookMs: 5000, intervalMs: 30 * second, failures: 1, nextAt: 7000 },
    {
      what: 'a failure with a short interval',
      tookMs: 10,
      intervalMs: second,
      failures: 1,
      nextAt: second,
    },
    { what: 'the failure that decides', tookMs: 10, intervalMs: 30 * second, failures: 3, nextAt: 2010 },
    { what: 'the second one after it', tookMs: 10, intervalMs: 30 * second, failures: 5, nextAt: 8010 },
    { what: 'many failures', tookMs: 10, intervalMs: 30 * second, failures: 500, nextAt: 30 * second },
  ])('$what', ({ tookMs, intervalMs, failures, nextAt }) => {
    const counted = { failuresInRow: failures, failureThreshold: 3 };
    const check = { startedAt: 0, endedAt: tookMs, intervalMs, ...counted };
    expect(nextCheckAt({ ...check, isSilent: false })).toBe(nextAt);
    expect(nextCheckAt({ ...check, isSilent: true })).toBe(tookMs + second);
  });

  it("shifts the start of a service's interval by at most a fifth of it", () => {
    expect([0, 0.5, 0.999].map((random) => Math.round(phaseShift(5000, random)))).toEqual([0, 500, 999]);
  });
});
