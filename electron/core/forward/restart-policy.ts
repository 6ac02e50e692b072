/**
 * When to try again: pure arithmetic on the history of failures.
 *
 * 1. The first retry comes at once; the k-th one (k ≥ 2) waits min(initial × multiplier^(k−2), max), with jitter.
 * 2. A success that does not last changes nothing: the history is forgiven only after the tunnel has been healthy for
 *    `stableAfterMs`, which grows with the last delay.
 * 3. After `maxAttempts` failed retries the answer is `exhausted`: the forward waits for a trigger, which resets the history.
 */
import type { RestartPolicySpec } from '../../../shared/service-spec.ts';

export interface RestartHistory {
  /** Failures in a row, not yet forgiven. */
  readonly failures: number;
  /** The delay that the last decision asked for, in ms. */
  readonly lastDelayMs: number;
}

export const cleanHistory: RestartHistory = { failures: 0, lastDelayMs: 0 };

export type RestartDecision =
  | {
      readonly kind: 'retry';
      readonly delayMs: number;
      readonly history: RestartHistory;
      readonly reason: string;
    }
  | { readonly kind: 'exhausted'; readonly history: RestartHistory; readonly reason: string };

/** Delays are spread by ± this share, so that services that failed together do not retry together. */
const jitterShare = 0.2;
const minStableMs = 10_000;

/** Decides after one more failure. `random` is in [0, 1). */
export function decideRestart(
  history: RestartHistory,
  policy: RestartPolicySpec,
  random: number,
): RestartDecision {
  const failures = history.failures + 1;
  const counted: RestartHistory = { failures, lastDelayMs: 0 };
  if (isExhausted(counted, policy)) {
    const reason = policy.enabled ? `all ${policy.maxAttempts} retries failed` : 'restarts are switched off';
    return { kind: 'exhausted', history: counted, reason };
  }
  const delayMs = failures === 1 ? 0 : jittered(backoffMs(failures, policy), policy, random);
  return {
    kind: 'retry',
    delayMs,
    history: { failures, lastDelayMs: delayMs },
    reason: `retry ${failures} of ${policy.maxAttempts}`,
  };
}

/** Whether the last failure was one too many. */
export const isExhausted = ({ failures }: RestartHistory, policy: RestartPolicySpec): boolean =>
  failures > (policy.enabled ? policy.maxAttempts : 0);

/** How long a tunnel must stay healthy before its past failures are forgotten, in ms. */
export function stableAfterMs(history: RestartHistory): number {
  return Math.max(minStableMs, history.lastDelayMs);
}

function backoffMs(failures: number, policy: RestartPolicySpec): number {
  return Math.min(policy.initialDelayMs * policy.backoffMultiplier ** (failures - 2), policy.maxDelayMs);
}

function jittered(delayMs: number, policy: RestartPolicySpec, random: number): number {
  const spread = delayMs * (1 - jitterShare + 2 * jitterShare * random);
  return Math.round(Math.min(spread, policy.maxDelayMs));
}
