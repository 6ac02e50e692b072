/**
 * The health of a target that is not checked at intervals. It follows from clients' own connections and, where the
 * protocol is
 * known, one hello after the start and after a failure. Pure.
 *
 * | event                  | health                                                     | hello     |
 * | ---------------------- | ---------------------------------------------------------- | --------- |
 * | new tunnel             | unhealthy if the target was before; otherwise checking if  | due       |
 * |                        | a hello is due, else ready                                 |           |
 * | bytes came back        | healthy                                                    | not due   |
 * | refused, no route, …   | unhealthy                                                  | due       |
 * | closed without data    | unhealthy; a healthy target only after repeated failures   | due       |
 * | no answer in time      | unhealthy after repeated failures; until then checking     | due       |
 * | no evidence either way | ready, unless a hello is due, which then decides           | unchanged |
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Health } from '../../../shared/service-snapshot.ts';

export interface TargetHealth {
  readonly health: Health;
  /** Set while the target is unhealthy. */
  readonly cause: Cause | null;
  /** The tunnel's own message ("channel 2: open failed"), which explains more than the failed connection does. */
  readonly complaint: Cause | null;
  /** When the target last failed; monotonic ms. */
  readonly failedAt: number;
  readonly failuresInRow: number;
  readonly isHelloDue: boolean;
}

export interface TargetTerms {
  /** Monotonic ms. */
  readonly now: number;
  /** The protocol is known, and its hello does no harm. */
  readonly hasHello: boolean;
  /** How many consecutive failures count as a real one. */
  readonly failureThreshold: number;
}

/** For a new tunnel. `trouble`: why the target failed on an earlier one; null: unknown. */
export function untriedTarget(trouble: Cause | null, { now, hasHello }: TargetTerms): TargetHealth {
  const health = trouble !== null ? 'unhealthy' : hasHello ? 'unknown' : 'ready';
  return { health, cause: trouble, complaint: null, failedAt: now, failuresInRow: 0, isHelloDue: hasHello };
}

export const answeredTarget = (target: TargetHealth): TargetHealth => ({
  ...target,
  health: 'healthy',
  cause: null,
  complaint: null,
  failuresInRow: 0,
  isHelloDue: false,
});

/** A definite failure: it is known why no byte came back. */
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
  isHelloDue: hasHello,
});

export const complainedOf = (target: TargetHealth, complaint: Cause, terms: TargetTerms): TargetHealth =>
  failedTarget({ ...target, complaint }, complaint, terms);

/** Closed without sending anything. A healthy server may do this too, for example to a client that it rejects. */
export function closedTarget(target: TargetHealth, cause: Cause, terms: TargetTerms): TargetHealth {
  const failuresInRow = target.failuresInRow + 1;
  const mayBeAccident = target.health === 'healthy' && failuresInRow < terms.failureThreshold;
  if (!mayBeAccident) return failedTarget(target, cause, terms);
  return { ...target, failuresInRow, failedAt: terms.now, isHelloDue: terms.hasHello };
}

/** No answer in time; the target may only be slow. */
export function lateTarget(target: TargetHealth, cause: Cause, terms: TargetTerms): TargetHealth {
  const failuresInRow = target.failuresInRow + 1;
  if (failuresInRow >= terms.failureThreshold) return failedTarget(target, cause, terms);
  const health = target.health === 'healthy' ? 'unknown' : target.health;
  return { ...target, health, failuresInRow, failedAt: terms.now, isHelloDue: terms.hasHello };
}

/** A connection stays open without an answer, or nothing has been received for a long time. */
export const unansweredTarget = (target: TargetHealth): TargetHealth =>
  target.isHelloDue ? target : { ...target, health: 'ready', cause: null, complaint: null, failuresInRow: 0 };
