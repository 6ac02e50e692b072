import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { causeCodes, describeCause, recheckDelaysMs } from '../../shared/failure.ts';
import type { RestartPolicySpec } from '../../shared/service-spec.ts';
import {
  clientDelayMs,
  cleanHistory,
  decideRecheck,
  decideRestart,
  isExhausted,
  outageShareMs,
  stableAfterMs,
  type RestartHistory,
} from './restart-policy.ts';

const policy: RestartPolicySpec = {
  enabled: true,
  maxAttempts: 5,
  initialDelayMs: 1_000,
  maxDelayMs: 6_000,
  backoffMultiplier: 2,
};

interface Schedule {
  readonly random?: number;
  readonly clientsWait?: boolean;
  /** How long each attempt takes to fail, in ms. */
  readonly tryMs?: number;
  readonly tries?: number;
}

/** The delays between attempts that all fail, in ms. */
function schedule(spec: RestartPolicySpec, options: Schedule = {}): number[] {
  const { random = 0.5, clientsWait = false, tryMs = 0, tries = 12 } = options;
  const delays: number[] = [];
  let history: RestartHistory = cleanHistory;
  let now = 0;
  for (let failure = 0; failure < tries; failure++) {
    now += tryMs;
    const decision = decideRestart(history, { now, random, policy: spec, clientsWait });
    history = decision.history;
    if (decision.kind === 'disabled') return delays;
    delays.push(decision.delayMs);
    now += decision.delayMs;
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
const anyRandom = fc.double({ min: 0, max: 0.999, noNaN: true });

describe('the restart policy', () => {
  it('retries at once, then after delays that are never more than a 32nd of the outage', () => {
    expect(schedule(policy, { tryMs: 10_000, tries: 8 })).toEqual([
      0, 1_000, 1_000, 1_000, 1_344, 1_698, 2_064, 2_441,
    ]);
  });

  it('uses the delays of the policy once the outage is old enough', () => {
    expect(schedule(policy, { tryMs: 200_000, tries: 5 })).toEqual([0, 1_000, 2_000, 4_000, 6_000]);
  });

  it('recovers from an outage of 40 s within 2 s', () => {
    let now = 0;
    let longestMs = 0;
    for (const delayMs of schedule({ ...policy, maxDelayMs: 60_000 }, { random: 0.999, tries: 40 })) {
      now += delayMs;
      if (now <= 40_000) longestMs = Math.max(longestMs, delayMs);
    }
    expect([now > 40_000, longestMs < 2_000]).toEqual([true, true]);
  });

  it('jitters the delays by a fifth in either direction', () => {
    expect(schedule(policy, { random: 0, tries: 2 })).toEqual([0, 800]);
    expect(schedule(policy, { random: 0.75, tries: 2 })).toEqual([0, 1_100]);
  });

  it('waits at most half a second while clients wait, in the first half minute', () => {
    const delays = schedule(policy, { random: 0.999, clientsWait: true, tryMs: 20, tries: 40 });
    expect(delays.slice(0, 5)).toEqual([0, 60, 120, 240, 360]);
    expect(Math.max(...delays)).toBeLessThanOrEqual(500);
    expect([clientDelayMs(29_999), clientDelayMs(30_000), clientDelayMs(3_600_000)]).toEqual([
      300, 1_000, 3_000,
    ]);
  });

  it('never retries when restarts are switched off', () => {
    expect(schedule({ ...policy, enabled: false })).toEqual([]);
  });

  it('forgives only a tunnel that stayed healthy for ten seconds, or for as long as the last delay', () => {
    expect(stableAfterMs({ ...cleanHistory, failures: 1 })).toBe(10_000);
    expect(stableAfterMs({ ...cleanHistory, failures: 9, lastDelayMs: 300_000 })).toBe(300_000);
  });

  it('continues forever, at least once a minute, and never exceeds max_delay before max_attempts', () => {
    fc.assert(
      fc.property(anyPolicy, anyRandom, (spec, random) => {
        const delays = schedule(spec, { random, tries: 200, tryMs: 5_000 });
        expect(delays.length).toBe(200);
        expect(Math.max(...delays)).toBeLessThanOrEqual(60_000);
        expect(Math.max(...delays.slice(0, spec.maxAttempts))).toBeLessThanOrEqual(spec.maxDelayMs);
      }),
    );
  });

  it('is exhausted when more attempts have failed than the policy counts', () => {
    expect([5, 6].map((failures) => isExhausted({ ...cleanHistory, failures }, policy))).toEqual([
      false,
      true,
    ]);
  });

  it('checks an unavailable target once a second at first, and once a minute in the end', () => {
    expect([0, 32_000, 80_000, 3_600_000].map(outageShareMs)).toEqual([1_000, 1_000, 2_500, 60_000]);
  });
});

describe('re-checks of causes that are not retried', () => {
  it('come after growing delays, never earlier than the catalog says', () => {
    let history: RestartHistory = cleanHistory;
    const delays = [0, 0.999, 0.5, 0].map((random) => {
      const decision = decideRecheck(history, 'soon', { now: 0, random });
      history = decision.history;
      return decision.delayMs;
    });
    expect(delays).toEqual([5_000, 35_994, 330_000, 300_000]);
  });

  it('start over after another kind of failure', () => {
    const { history } = decideRecheck(cleanHistory, 'soon', { now: 0, random: 0 });
    const retried = decideRestart(history, { now: 0, random: 0, policy, clientsWait: false });
    expect(decideRecheck(retried.history, 'soon', { now: 0, random: 0 }).delayMs).toBe(5_000);
  });

  it('are omitted only where an attempt does harm, and the cause says so', () => {
    const harmful = causeCodes
      .map((code) => describeCause(code))
      .filter(({ recheck }) => recheck === 'never');
    expect(harmful.map(({ code }) => code).sort()).toEqual(['credentials-expired', 'secret-not-read']);
    const password = describeCause('auth-failed', { usedPassword: true });
    for (const cause of [...harmful, password])
      expect([cause.recheck, cause.remedy]).toEqual([
        'never',
        expect.stringContaining('not retried automatically'),
      ]);
    expect(recheckDelaysMs.never).toEqual([]);
  });

  it('have a pace for every cause that the restart policy does not retry', () => {
    for (const code of causeCodes) {
      const { recovery, recheck } = describeCause(code);
      expect([code, recheck === null]).toEqual([code, recovery === 'backoff']);
    }
  });
});
