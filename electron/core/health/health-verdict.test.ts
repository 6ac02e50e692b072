import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forgetRun, judge, untried, type HealthThresholds } from './health-verdict.ts';

/** One letter for each check (p, f) and for the health after it (u, H, S). */
const play = (checks: string, thresholds: HealthThresholds): string => {
  let verdict = untried;
  return Array.from(checks)
    .map((check) => {
      verdict = judge(verdict, check === 'p', thresholds);
      return { unknown: 'u', healthy: 'H', unhealthy: 'S' }[verdict.health];
    })
    .join('');
};

describe('health verdict', () => {
  it.each([
    { failureThreshold: 3, successThreshold: 1, checks: 'p', health: 'H' },
    { failureThreshold: 3, successThreshold: 1, checks: 'fffffp', health: 'uuSSSH' },
    { failureThreshold: 3, successThreshold: 1, checks: 'pffpffpfff', health: 'HHHHHHHHHS' },
    { failureThreshold: 1, successThreshold: 1, checks: 'pfpf', health: 'HSHS' },
    { failureThreshold: 2, successThreshold: 3, checks: 'ppfppp', health: 'uuuuuH' },
    { failureThreshold: 2, successThreshold: 3, checks: 'ffppfppp', health: 'uSSSSSSH' },
  ])(
    'turns $checks into $health with thresholds $failureThreshold and $successThreshold',
    ({ checks, health, ...thresholds }) => {
      expect(play(checks, thresholds)).toBe(health);
    },
  );

  it('changes exactly when a run of equal checks reaches its threshold', () => {
    const threshold = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('p', 'f') }),
        threshold,
        threshold,
        (checks, failures, passes) => {
          const health = play(checks, { failureThreshold: failures, successThreshold: passes });
          for (let end = 1; end <= checks.length; end++) {
            const soFar = checks.slice(0, end);
            const expected = soFar.endsWith('f'.repeat(failures))
              ? 'S'
              : soFar.endsWith('p'.repeat(passes))
                ? 'H'
                : (health[end - 2] ?? 'u');
            expect(health[end - 1]).toBe(expected);
          }
        },
      ),
    );
  });

  it('keeps the health and restarts counting after a pause', () => {
    const thresholds = { failureThreshold: 2, successThreshold: 1 };
    const before = judge(judge(untried, true, thresholds), false, thresholds);
    const after = judge(forgetRun(before), false, thresholds);
    expect(after).toEqual({ health: 'healthy', failuresInRow: 1, passesInRow: 0 });
  });
});
