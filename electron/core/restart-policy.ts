/**
 * When to try again: pure arithmetic on the history of failures.
 *
 * 1. The first retry is immediate; the k-th one (k ≥ 2) waits min(initial × multiplier^(k−2), max), with jitter.
 * 2. No delay is longer than a share of the outage so far (`shareOfOutage`), or than the initial delay if that is longer:
 *    an outage of 40 s ends within 2 s of the target's return, and after an hour attempts are made once a minute.
 * 3. After `maxAttempts` failed retries the attempts continue, at least once in `maxQuietMs`.
 * 4. While clients wait, delays are shorter still.
 * 5. A success that does not last changes nothing: the history is forgiven only after the tunnel has been healthy for
 *    `stableAfterMs`, which grows with the last delay.
 * 6. A cause that is not retried is re-checked at the pace of its catalog entry, whatever the policy says.
 */
import { recheckDelaysMs, type RecheckPace } from '../../shared/failure.ts';
import type { RestartPolicySpec } from '../../shared/service-spec.ts';

export interface RestartHistory {
  /** Failures in a row, not yet forgiven. */
  readonly failures: number;
  /** The delay that the last decision asked for, in ms. */
  readonly lastDelayMs: number;
  /** Time of the first of these failures, monotonic ms. */
  readonly since: number | null;
  /** Consecutive re-checks of causes that are not retried. */
  readonly rechecks: number;
}

export const cleanHistory: RestartHistory = { failures: 0, lastDelayMs: 0, since: null, rechecks: 0 };

/** What a decision depends on besides the history. */
export interface RestartContext {
  /** Monotonic ms. */
  readonly now: number;
  /** In [0, 1), for jitter. */
  readonly random: number;
  readonly policy: RestartPolicySpec;
  /** Clients are held right now. */
  readonly clientsWait: boolean;
}

export type RestartDecision =
  | { readonly kind: 'retry'; readonly delayMs: number; readonly history: RestartHistory }
  /** The policy switches restarts off. */
  | { readonly kind: 'disabled'; readonly history: RestartHistory };

/** Delays are spread by ± this share, so that services that failed together do not retry together. */
const jitterShare = 0.2;
const minStableMs = 10_000;
const maxQuietMs = 60_000;
const shareOfOutage = 1 / 32;

/** The longest delay while clients wait, by the age of the outage, in ms. */
const clientDelaysMs = [
  { untilMs: 30_000, delayMs: 300 },
  { untilMs: 300_000, delayMs: 1_000 },
] as const;
const oldOutageClientDelayMs = 3_000;
/** The second failure under waiting clients is retried after this long, the third after twice as long, and so on. */
const firstClientDelayMs = 50;

/** Decides after one more failure. */
export function decideRestart(before: RestartHistory, context: RestartContext): RestartDecision {
  const { now, policy, random } = context;
  const failures = before.failures + 1;
  const since = before.since ?? now;
  const history: RestartHistory = { failures, lastDelayMs: 0, since, rechecks: 0 };
  if (!policy.enabled) return { kind: 'disabled', history };
  if (failures === 1) return { kind: 'retry', delayMs: 0, history };
  const jittered = delayAfter(history, context) * (1 - jitterShare + 2 * jitterShare * random);
  const delayMs = Math.round(Math.min(jittered, longestDelayMs(history, policy)));
  return { kind: 'retry', delayMs, history: { ...history, lastDelayMs: delayMs } };
}

function delayAfter(history: RestartHistory, { now, policy, clientsWait }: RestartContext): number {
  const { failures, since } = history;
  const ageMs = now - (since ?? now);
  const share = Math.max(policy.initialDelayMs, ageMs * shareOfOutage);
  const backoff = policy.initialDelayMs * policy.backoffMultiplier ** (failures - 2);
  const delayMs = Math.min(backoff, share, longestDelayMs(history, policy));
  if (!clientsWait) return delayMs;
  return Math.min(delayMs, firstClientDelayMs * 2 ** (failures - 2), clientDelayMs(ageMs));
}

/** Once the attempts of the policy are used up, its own longest delay no longer counts either. */
const longestDelayMs = (
  { failures }: RestartHistory,
  { maxAttempts, maxDelayMs }: RestartPolicySpec,
): number => (failures > maxAttempts ? maxQuietMs : Math.min(maxDelayMs, maxQuietMs));

/** The shortest interval between two attempts that waiting clients cause, in ms; `ageMs` is the age of the outage. */
export const clientDelayMs = (ageMs: number): number =>
  clientDelaysMs.find(({ untilMs }) => ageMs < untilMs)?.delayMs ?? oldOutageClientDelayMs;

/** The longest interval between two checks of something that has been unavailable for `ageMs`, in ms. */
export const outageShareMs = (ageMs: number): number =>
  Math.min(Math.max(1_000, ageMs * shareOfOutage), maxQuietMs);

/** When a cause that is not retried is re-checked: the delay in ms, or null for never, and the history including this re-check. */
export function decideRecheck(
  before: RestartHistory,
  pace: RecheckPace,
  { now, random }: Pick<RestartContext, 'now' | 'random'>,
): { readonly delayMs: number | null; readonly history: RestartHistory } {
  const delays: readonly number[] = recheckDelaysMs[pace];
  const delayMs = delays[Math.min(before.rechecks, delays.length - 1)];
  const history: RestartHistory = {
    failures: before.failures,
    lastDelayMs: 0,
    since: before.since ?? now,
    rechecks: before.rechecks + 1,
  };
  // Never earlier: the server may count our attempts.
  return {
    delayMs: delayMs === undefined ? null : Math.round(delayMs * (1 + jitterShare * random)),
    history,
  };
}

/** Whether more attempts have failed than the policy counts. */
export const isExhausted = ({ failures }: RestartHistory, policy: RestartPolicySpec): boolean =>
  failures > (policy.enabled ? policy.maxAttempts : 0);

/** How long a tunnel must stay healthy before its past failures are forgotten, in ms. */
export const stableAfterMs = (history: RestartHistory): number => Math.max(minStableMs, history.lastDelayMs);
