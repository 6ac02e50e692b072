/**
 * What is known of a target that is not checked at intervals: what clients' own connections show, and one hello after the
 * start and after a failure where the protocol is known. Pure.
 *
 * | what happens            | health                                                   | hello      |
 * | ----------------------- | -------------------------------------------------------- | ---------- |
 * | a new tunnel            | checking while a hello is owed, else ready; unhealthy    | owed       |
 * |                         | when the target was: a new tunnel does not change it     |            |
 * | bytes came back         | healthy                                                  | settled    |
 * | refused, no route, …    | unhealthy                                                | owed       |
 * | closed without a word   | unhealthy; if it was healthy, only when it happens again | owed       |
 * | no answer in time       | unhealthy when it happens again and again; checking     | owed       |
 * |                         | until then                                               |            |
 * | nothing speaks for it   | ready, unless a hello is owed, which then decides        | as it was  |
 * |  or against it any more |                                                          |            |
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Health } from '../../../shared/service-snapshot.ts';

export interface TargetHealth {
  readonly health: Health;
  /** Set while it is unhealthy. */
  readonly cause: Cause | null;
  /** What the tunnel itself said ("channel 2: open failed") explains better than the connection that failed. */
  readonly complaint: Cause | null;
  /** When it failed last; monotonic ms. */
  readonly failedAt: number;
  readonly failuresInRow: number;
  readonly owesHello: boolean;
}

export interface TargetTerms {
  /** Monotonic ms. */
  readonly now: number;
  /** The protocol is known, and its hello does no harm. */
  readonly hasHello: boolean;
  /** How many failures in a row are no accident. */
  readonly failureThreshold: number;
}

/** On a new tunnel. `trouble`: why the target failed on an earlier one; null: nothing is known. */
export function untriedTarget(trouble: Cause | null, { now, hasHello }: TargetTerms): TargetHealth {
  const health = trouble !== null ? 'unhealthy' : hasHello ? 'unknown' : 'ready';
  return { health, cause: trouble, complaint: null, failedAt: now, failuresInRow: 0, owesHello: hasHello };
}

export const answeredTarget = (target: TargetHealth): TargetHealth => ({
  ...target,
  health: 'healthy',
  cause: null,
  complaint: null,
  failuresInRow: 0,
  owesHello: false,
});

/** Why no byte came back is a fact. */
export const failedTarget = (
  target: TargetHealth,
  cause: Cause,
  { now, hasHello }: TargetTerms,
): TargetHealth => ({
  ...target,
  health: 'unhealthy',
  cause: target.complaint ?? cause,
  failedAt: now,
  failuresInRow: target.failuresInRow + 1,
  owesHello: hasHello,
});

export const complainedOf = (target: TargetHealth, complaint: Cause, terms: TargetTerms): TargetHealth =>
  failedTarget({ ...target, complaint }, complaint, terms);

/** Closed without a word: a healthy server may do that too, to whom it does not like. */
export function closedTarget(target: TargetHealth, cause: Cause, terms: TargetTerms): TargetHealth {
  const failuresInRow = target.failuresInRow + 1;
  const isAccident = target.health === 'healthy' && failuresInRow < terms.failureThreshold;
  if (!isAccident) return failedTarget(target, cause, terms);
  return { ...target, failuresInRow, failedAt: terms.now, owesHello: terms.hasHello };
}

/** No answer in time: it may only be slow. */
export function lateTarget(target: TargetHealth, cause: Cause, terms: TargetTerms): TargetHealth {
  const failuresInRow = target.failuresInRow + 1;
  if (failuresInRow >= terms.failureThreshold) return failedTarget(target, cause, terms);
  const health = target.health === 'healthy' ? 'unknown' : target.health;
  return { ...target, health, failuresInRow, failedAt: terms.now, owesHello: terms.hasHello };
}

/** A connection stays open, or nothing has been heard for long. */
export const unansweredTarget = (target: TargetHealth): TargetHealth =>
  target.owesHello ? target : { ...target, health: 'ready', cause: null, complaint: null, failuresInRow: 0 };
