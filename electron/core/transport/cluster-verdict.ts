/**
 * What the answers of a prober amount to, and when it is asked next. Pure; times are monotonic ms.
 *
 * 1. A cluster is down when a tunnel's failure and the prober agree, or when `failureThreshold` questions in a row failed.
 * 2. One good answer, or one tunnel that comes up, and it is back.
 * 3. While it is down it is asked again and again, at distances that grow with the outage: nothing is given up for ever.
 * 4. What only the user can fix is believed at once. It is asked about again no sooner than the cause's re-check says, and
 *    an expired login not at all: each question may open a sign-in page. The user's own "Try Again" is the moment for one.
 * 5. A question that could not be asked is no answer: what was known stays.
 */
import { recheckDelaysMs, type Cause } from '../../../shared/failure.ts';
import { outageShareMs } from '../restart-policy.ts';
import type { ClusterFinding } from './cluster-question.ts';

export type ClusterState =
  /** Nothing speaks against it. `failures`: questions in a row that failed, fewer than make it down. */
  | { readonly status: 'open'; readonly failures: number }
  | {
      readonly status: 'down';
      /** An unwell one holds back only those services that asked for it. */
      readonly reach: 'unreachable' | 'unwell';
      readonly cause: Cause;
      readonly since: number;
    };

export const openCluster: ClusterState = { status: 'open', failures: 0 };

export interface ClusterPace {
  /** Between regular questions; null: it is asked only when a tunnel's failure gives reason to. */
  readonly intervalMs: number | null;
  readonly failureThreshold: number;
}

/** While a regular question has failed, but not often enough. */
const doubtMs = 5_000;

export interface Answer {
  readonly finding: Exclude<ClusterFinding, { readonly kind: 'cancelled' }>;
  /** A tunnel to this cluster failed in a way that the cluster explains. */
  readonly isCorroborated: boolean;
  readonly now: number;
}

export function judgeCluster(
  before: ClusterState,
  answer: Answer,
  { failureThreshold }: ClusterPace,
): ClusterState {
  const { finding, isCorroborated, now } = answer;
  if (finding.kind === 'well') return openCluster;
  if (finding.kind === 'unasked') return before;
  const { kind: reach, cause } = finding;
  if (before.status === 'down') return { ...before, reach, cause };
  const failures = before.failures + 1;
  const isCertain = isCorroborated || cause.recovery === 'user';
  if (!isCertain && failures < failureThreshold) return { status: 'open', failures };
  return { status: 'down', reach, cause, since: now };
}

/** How long after an answer the next question comes; null: not by itself. */
export function nextQuestionMs(state: ClusterState, { intervalMs }: ClusterPace, now: number): number | null {
  if (needsUser(state)) return null;
  if (state.status === 'down') return Math.max(firstRecheckMs(state.cause), outageShareMs(now - state.since));
  if (state.failures > 0) return intervalMs === null ? doubtMs : Math.min(doubtMs, intervalMs);
  return intervalMs;
}

/** Down for a reason about which only the user may have it asked. */
export const needsUser = (state: ClusterState): boolean =>
  state.status === 'down' && state.cause.recheck === 'never';

const firstRecheckMs = ({ recovery, recheck }: Cause): number =>
  recovery === 'user' && recheck !== null ? (recheckDelaysMs[recheck][0] ?? 0) : 0;
