/**
 * When a service was away although it was wanted, and how long it took to come back. Pure: facts in, history out.
 *
 * 1. A service that has not been up since it was turned on has no outage: it is starting.
 * 2. An outage begins when a service leaves `up` or is found unhealthy; it ends when the service is up again, and where
 *    it was unhealthy meanwhile, when a check has passed.
 * 3. Time asleep and time switched off are not part of it. An outage that the user interrupts goes on when it is wanted
 *    again: no way round it makes a recovery look faster than it was.
 */
import type { Desired, Health } from '../../../shared/service-snapshot.ts';
import { maxRecentOutages, noOutages, recoveryBoundsMs, type Outages } from '../../../shared/outages.ts';

/** How a service stands at a moment. */
export interface OutageFacts {
  readonly desired: Desired;
  readonly phase: string;
  readonly health: Health;
  readonly suspended: boolean;
  /** Monotonic ms. */
  readonly now: number;
  /** Epoch ms. */
  readonly wallNow: number;
}

interface OutageUnderWay {
  /** Epoch ms. */
  readonly since: number;
  /** Until `countedSince`. */
  readonly countedMs: number;
  /** Monotonic ms; null while no time counts. */
  readonly countedSince: number | null;
  readonly wasUnhealthy: boolean;
}

export interface OutageHistory {
  readonly past: Outages;
  readonly current: OutageUnderWay | null;
  /** Whether it has been up since it was turned on. */
  readonly hasBeenUp: boolean;
}

export const cleanOutageHistory: OutageHistory = { past: noOutages, current: null, hasBeenUp: false };

/** To be told every change of the facts, at once. Returns the same history when they change nothing. */
export function observeOutage(history: OutageHistory, facts: OutageFacts): OutageHistory {
  return history.current === null
    ? watchForOutage(history, facts)
    : followOutage(history, history.current, facts);
}

function watchForOutage(history: OutageHistory, facts: OutageFacts): OutageHistory {
  const hasBeenUp = isWanted(facts) && (history.hasBeenUp || facts.phase === 'up');
  if (!hasBeenUp || isWell(facts))
    return hasBeenUp === history.hasBeenUp ? history : { ...history, hasBeenUp };
  const current: OutageUnderWay = {
    since: facts.wallNow,
    countedMs: 0,
    countedSince: counts(facts) ? facts.now : null,
    wasUnhealthy: facts.health === 'unhealthy',
  };
  return { ...history, hasBeenUp, current };
}

function followOutage(history: OutageHistory, current: OutageUnderWay, facts: OutageFacts): OutageHistory {
  const { since, countedSince } = current;
  const { now, health } = facts;
  const countedMs = current.countedMs + (countedSince === null ? 0 : now - countedSince);
  const wasUnhealthy = current.wasUnhealthy || health === 'unhealthy';
  const isOver = isWanted(facts) && isWell(facts) && (!wasUnhealthy || health === 'healthy');
  if (isOver) return { past: withOutage(history.past, since, countedMs), current: null, hasBeenUp: true };
  const isSame = wasUnhealthy === current.wasUnhealthy && counts(facts) === (countedSince !== null);
  if (isSame) return history;
  return {
    ...history,
    current: { since, countedMs, countedSince: counts(facts) ? now : null, wasUnhealthy },
  };
}

const isWanted = ({ desired, phase }: OutageFacts): boolean =>
  desired === 'on' && phase !== 'off' && phase !== 'stopping';

const isWell = ({ phase, health }: OutageFacts): boolean => phase === 'up' && health !== 'unhealthy';

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
