/**
 * When a service was down while turned on, and how long it took to recover. Pure: facts in, history out.
 *
 * 1. A service that has not been in order (up, and healthy or ready) since it was turned on has no outage: it is starting.
 * 2. An outage begins when a service that was in order leaves `up` or is found unhealthy; it ends when the service is in
 *    order again. A tunnel that is being checked neither begins nor ends one.
 * 3. Replacing a tunnel without a failure begins no outage while the next one connects.
 * 4. Time asleep and time switched off do not count. An outage that the user interrupts continues when the service is
 *    turned on again: toggling cannot make a recovery look faster than it was.
 */
import type { Desired, Health, Phase } from '../../../shared/service-snapshot.ts';
import { isInOrder } from '../../../shared/service-tone.ts';
import { maxRecentOutages, noOutages, recoveryBoundsMs, type Outages } from '../../../shared/outages.ts';

/** The state of a service at one moment. */
export interface OutageFacts {
  readonly desired: Desired;
  readonly phase: Phase;
  readonly health: Health;
  /** Something is wrong. */
  readonly hasCause: boolean;
  readonly suspended: boolean;
  /** Monotonic ms. */
  readonly now: number;
  /** Epoch ms. */
  readonly wallNow: number;
}

interface OutageUnderWay {
  /** Epoch ms. */
  readonly since: number;
  /** The time counted before `countedSince`. */
  readonly countedMs: number;
  /** Monotonic ms; null while time does not count. */
  readonly countedSince: number | null;
}

export interface OutageHistory {
  readonly past: Outages;
  readonly current: OutageUnderWay | null;
  /** Whether the service has been in order since it was turned on. */
  readonly hasBeenInOrder: boolean;
}

export const cleanOutageHistory: OutageHistory = { past: noOutages, current: null, hasBeenInOrder: false };

/** Call it at once on every change of the facts. Returns the same history if they change nothing. */
export function observeOutage(history: OutageHistory, facts: OutageFacts): OutageHistory {
  return history.current === null
    ? watchForOutage(history, facts)
    : followOutage(history, history.current, facts);
}

function watchForOutage(history: OutageHistory, facts: OutageFacts): OutageHistory {
  const hasBeenInOrder = isWanted(facts) && (history.hasBeenInOrder || isInOrder(facts));
  if (hasBeenInOrder && isAway(facts)) {
    const countedSince = counts(facts) ? facts.now : null;
    return { ...history, hasBeenInOrder, current: { since: facts.wallNow, countedMs: 0, countedSince } };
  }
  return hasBeenInOrder === history.hasBeenInOrder ? history : { ...history, hasBeenInOrder };
}

function followOutage(history: OutageHistory, current: OutageUnderWay, facts: OutageFacts): OutageHistory {
  const { since, countedSince } = current;
  const { now } = facts;
  const countedMs = current.countedMs + (countedSince === null ? 0 : now - countedSince);
  if (isWanted(facts) && isInOrder(facts)) {
    return { past: withOutage(history.past, since, countedMs), current: null, hasBeenInOrder: true };
  }
  if (counts(facts) === (countedSince !== null)) return history;
  return { ...history, current: { since, countedMs, countedSince: counts(facts) ? now : null } };
}

const isWanted = ({ desired, phase }: OutageFacts): boolean =>
  desired === 'on' && phase !== 'off' && phase !== 'stopping';

const isAway = ({ phase, health, hasCause }: OutageFacts): boolean =>
  (phase !== 'up' && phase !== 'idle' && (phase !== 'connecting' || hasCause)) || health === 'unhealthy';

const counts = (facts: OutageFacts): boolean => isWanted(facts) && !facts.suspended;

function withOutage(past: Outages, since: number, lastedMs: number): Outages {
  const durationMs = Math.round(lastedMs);
  const bound = recoveryBoundsMs.findIndex((boundMs) => durationMs <= boundMs);
  const bucket = bound === -1 ? recoveryBoundsMs.length : bound;
  return {
    count: past.count + 1,
    totalMs: past.totalMs + durationMs,
    byDuration: past.byDuration.map((count, index) => (index === bucket ? count + 1 : count)),
    recent: [...past.recent, { since, durationMs }].slice(-maxRecentOutages),
  };
}
