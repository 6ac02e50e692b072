/**
 * The last day of one service: when it was up, down and off, and why it was down. Pure: facts in, history out.
 *
 * 1. `up` is proven or ready; `off` is turned off; `down` is an outage, or a start that has failed.
 * 2. A start that has not failed yet changes nothing: a service that comes up in a second has no red second.
 * 3. Spans that ended a day ago are forgotten, and the history is bounded.
 */
import { detailsSpanMs, maxPastOutages } from '../../../shared/details-bounds.ts';
import type { PastOutage, Span } from '../../../shared/service-details.ts';

export interface DayFacts {
  readonly state: Span['state'] | 'starting';
  /** The title of the cause; null: none. */
  readonly cause: string | null;
  /** Outages that have ended, the newest last; counted since the service was added to the config. */
  readonly outages: {
    readonly count: number;
    readonly recent: readonly { readonly since: number; readonly durationMs: number }[];
  };
  /** Epoch ms. */
  readonly wallNow: number;
}

export interface DayHistory {
  readonly spans: readonly Span[];
  readonly outages: readonly PastOutage[];
  /** The number of outages that have ended. */
  readonly seen: number;
  /** The first cause since the service was last up. */
  readonly cause: string | null;
}

export const emptyDay: DayHistory = { spans: [], outages: [], seen: 0, cause: null };

/** For a flapping service only the last hours are kept. */
const maxSpans = 500;

/** Call it on every change of the facts. Returns the same history if they change nothing. */
export function observeDay(history: DayHistory, facts: DayFacts): DayHistory {
  const { state, outages, wallNow } = facts;
  const withCause =
    history.cause === null && facts.cause !== null && state !== 'off'
      ? { ...history, cause: facts.cause }
      : history;
  const ended = withEnded(withCause, outages, wallNow);
  const settled = state === 'up' && ended.cause !== null ? { ...ended, cause: null } : ended;
  const last = settled.spans.at(-1);
  if (state === 'starting' || state === last?.state) return settled;
  return { ...settled, spans: recentSpans([...settled.spans, { since: wallNow, state }], wallNow) };
}

function withEnded(history: DayHistory, { count, recent }: DayFacts['outages'], now: number): DayHistory {
  const fresh = count - history.seen;
  if (fresh <= 0) return history;
  const added = recent.slice(-fresh).map((outage) => ({ ...outage, cause: history.cause }));
  const kept = [...history.outages, ...added].filter(({ since }) => since > now - detailsSpanMs);
  return { ...history, seen: count, outages: kept.slice(-maxPastOutages) };
}

/** The last span that began before the day covers its beginning. */
function recentSpans(spans: readonly Span[], now: number): readonly Span[] {
  const begin = now - detailsSpanMs;
  return spans
    .filter((_, index) => (spans[index + 1]?.since ?? now) > begin || index === spans.length - 1)
    .slice(-maxSpans);
}
