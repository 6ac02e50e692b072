/**
 * Looks names up with the system's resolver. A lookup cannot be canceled: with a resolver that does not answer it keeps a thread
 * for many seconds. So all who ask for a name at about the same time share one lookup, and each name has a few at most. A later
 * one does not wait for the first: the network may have changed since that began.
 */
import dns from 'node:dns';
import { systemClock, type Clock } from '../clock.ts';

export type LookupDone = (error: Error | null, addresses: readonly string[]) => void;
export type LookUp = (name: string, onDone: LookupDone) => void;

interface Lookup {
  /** Monotonic ms. */
  readonly startedAt: number;
  readonly waiting: LookupDone[];
}

/** A resolver that has not answered by then may never answer. */
const sharedMs = 1_000;
const maxLookups = 2;

export interface SharedLookups {
  readonly lookUp: LookUp;
  /** The resolver has not answered for a name for some time. */
  readonly isUnanswered: (name: string) => boolean;
}

export function shareLookups(lookUp: LookUp, { now }: Pick<Clock, 'now'>): SharedLookups {
  /** By name, the newest last. */
  const running = new Map<string, readonly Lookup[]>();
  const isUnanswered = (name: string): boolean =>
    (running.get(name) ?? []).some(({ startedAt }) => now() - startedAt >= sharedMs);
  const shared: LookUp = (name, onDone) => {
    const lookups = running.get(name) ?? [];
    const newest = lookups.at(-1);
    if (newest !== undefined && (now() - newest.startedAt < sharedMs || lookups.length >= maxLookups)) {
      newest.waiting.push(onDone);
      return;
    }
    const lookup = { startedAt: now(), waiting: [onDone] };
    running.set(name, [...lookups, lookup]);
    lookUp(name, (error, addresses) => {
      const others = (running.get(name) ?? []).filter((other) => other !== lookup);
      if (others.length === 0) running.delete(name);
      else running.set(name, others);
      for (const done of lookup.waiting) done(error, addresses);
    });
  };
  return { lookUp: shared, isUnanswered };
}

export const systemLookups = shareLookups((name, onDone) => {
  dns.lookup(name, { all: true, verbatim: true }, (error, found) => {
    // Despite its types, Node passes no list with an error.
    onDone(error, error === null ? found.map(({ address }) => address) : []);
  });
}, systemClock);
