import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RestartPolicySpec } from '../../../shared/service-spec.ts';
import { cleanHistory, decideRestart, stableAfterMs, type RestartHistory } from './restart-policy.ts';

const policy: RestartPolicySpec = {
  enabled: true,
  maxAttempts: 5,
  initialDelayMs: 1_000,
  maxDelayMs: 6_000,
  backoffMultiplier: 2,
};
const middle = 0.5;

function schedule(spec: RestartPolicySpec, random = middle): string[] {
  const delays: string[] = [];
  let history: RestartHistory = cleanHistory;
  for (let failure = 0; failure < 200; failure++) {
    const decision = decideRestart(history, spec, random);
    history = decision.history;
    if (decision.kind === 'exhausted') return [...delays, 'exhausted'];
    delays.push(String(decision.delayMs));
  }
  return delays;
}

const anyPolicy = fc.record({
  enabled: fc.constant(true),
  maxAttempts: fc.integer({ min: 1, max: 100 }),
  initialDelayMs: fc.integer({ min: 1, max: 3_600_000 }),
  maxDelayMs: fc.integer({ min: 1, max: 86_400_000 }),
  backoffMultiplier: fc.double({ min: 1, max: 10, noNaN: true }),
});

describe('the restart policy', () => {
  it('retries at once, then after growing delays up to the maximum, then waits for a trigger', () => {
    expect(schedule(policy)).toEqual(['0', '1000', '2000', '4000', '6000', 'exhausted']);
  });

  it('spreads the delays by a fifth either way', () => {
    expect(schedule(policy, 0)).toEqual(['0', '800', '1600', '3200', '4800', 'exhausted']);
    expect(schedule(policy, 0.75)).toEqual(['0', '1100', '2200', '4400', '6000', 'exhausted']);
  });

  it('never retries when restarts are switched off', () => {
    expect(schedule({ ...policy, enabled: false })).toEqual(['exhausted']);
  });

  it('forgives only a tunnel that stayed healthy for ten seconds, or for as long as the last delay', () => {
    expect(stableAfterMs({ failures: 1, lastDelayMs: 0 })).toBe(10_000);
    expect(stableAfterMs({ failures: 9, lastDelayMs: 300_000 })).toBe(300_000);
  });

  it('allows exactly max_attempts retries and never a delay above max_delay, whatever the policy', () => {
    fc.assert(
      fc.property(anyPolicy, fc.double({ min: 0, max: 0.999, noNaN: true }), (spec, random) => {
        const delays = schedule(spec, random);
        expect(delays.indexOf('exhausted')).toBe(spec.maxAttempts);
        for (const delay of delays.slice(0, -1)) expect(Number(delay)).toBeLessThanOrEqual(spec.maxDelayMs);
      }),
    );
  });
});
