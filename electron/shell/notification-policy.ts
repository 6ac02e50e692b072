/**
 * When the user is told. Pure: what was told before and the services go in, what to say and when to look again come out.
 *
 * 1. One notice when a forward comes to need the user, one when that forward is up again; nothing else, ever.
 * 2. Both are told only after they have lasted for `settleMs`: what mends itself is not worth a word, and what befalls
 *    several forwards within that time becomes one notice. A cluster or an ssh host gets `routeSettleMs` to come back: a
 *    VPN that connects anew after a wake is no news.
 * 3. Forwards with the same cause share its notice for `quietMs`: one expired login is told once, however long it takes
 *    until each of them has noticed.
 * 4. The same forward is not told of twice within `quietMs`: one that flaps cannot flood.
 */
import type { Cause } from '../../shared/failure.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { needsUser, waitsForRoute } from './needs-user.ts';
import { needNotices, recoveryNotices, type Notice } from './notice-words.ts';

export const settleMs = 1_500;
export const routeSettleMs = 30_000;
export const quietMs = 60_000;

/** What is remembered of a forward that needs the user, or did. Times are monotonic ms. */
type Trouble =
  | {
      readonly kind: 'noticed';
      readonly title: string;
      readonly tellAt: number;
      readonly toldBefore: number | null;
    }
  | { readonly kind: 'told'; readonly title: string; readonly toldAt: number }
  /** It is up again, which is not told yet. */
  | { readonly kind: 'recovering'; readonly title: string; readonly toldAt: number; readonly tellAt: number }
  | { readonly kind: 'over'; readonly toldAt: number };

export type NotificationMemory = ReadonlyMap<string, Trouble>;
export const nothingNoticed: NotificationMemory = new Map();

export interface NotificationDecision {
  readonly memory: NotificationMemory;
  readonly notices: readonly Notice[];
  /** When to decide again even if nothing changes; null: only when something does. */
  readonly nextAt: number | null;
}

export function decideNotices(
  before: NotificationMemory,
  services: readonly ServiceSnapshot[],
  now: number,
): NotificationDecision {
  const memory = new Map<string, Trouble>();
  const needy: ServiceSnapshot[] = [];
  const recovered: ServiceSnapshot[] = [];
  // Those that are new join what earlier ones wait for, also within one snapshot.
  const known = new Map(before);
  for (const service of services) {
    const followed = follow(before.get(service.name), service, { known, now });
    if (followed === undefined) continue;
    known.set(service.name, followed);
    const { trouble, isTold } = tellWhenDue(followed, now);
    memory.set(service.name, trouble);
    if (isTold) (trouble.kind === 'told' ? needy : recovered).push(service);
  }
  const due = [...memory.values()].flatMap((trouble) => ('tellAt' in trouble ? [trouble.tellAt] : []));
  return {
    memory,
    notices: [...needNotices(needy), ...recoveryNotices(recovered)],
    nextAt: due.length === 0 ? null : Math.min(...due),
  };
}

interface Circumstances {
  readonly known: NotificationMemory;
  readonly now: number;
}

/** Follows one forward; undefined: nothing to remember. */
function follow(
  before: Trouble | undefined,
  service: ServiceSnapshot,
  circumstances: Circumstances,
): Trouble | undefined {
  const { now } = circumstances;
  if (needsUser(service) && service.cause !== null) return followNeed(before, service.cause, circumstances);
  // A new tunnel may be as unhealthy as the last: it is up again when a check says so.
  const isUp = service.phase === 'up' && service.health === 'healthy';
  switch (before?.kind) {
    case undefined:
      return undefined;
    case 'noticed':
      return before.toldBefore === null ? undefined : { kind: 'over', toldAt: before.toldBefore };
    case 'told':
      if (service.desired === 'off') return { kind: 'over', toldAt: before.toldAt };
      return isUp ? { ...before, kind: 'recovering', tellAt: recoveryTellAt(circumstances) } : before;
    case 'recovering':
      if (service.desired === 'off') return { kind: 'over', toldAt: before.toldAt };
      return isUp ? before : { kind: 'told', title: before.title, toldAt: before.toldAt };
    case 'over':
      return now - before.toldAt < quietMs ? before : undefined;
  }
}

function followNeed(before: Trouble | undefined, cause: Cause, circumstances: Circumstances): Trouble {
  const { now } = circumstances;
  const { title } = cause;
  switch (before?.kind) {
    case 'noticed':
      return before.title === title
        ? before
        : { ...before, title, tellAt: tellAtAnew(before, cause, circumstances) };
    case 'told':
    case 'recovering':
      return { kind: 'told', title, toldAt: before.toldAt };
    case 'over': {
      const tellAt = Math.max(now + settleMsOf(cause), before.toldAt + quietMs);
      return { kind: 'noticed', title, tellAt, toldBefore: before.toldAt };
    }
    case undefined:
      return joinOrNotice(cause, circumstances);
  }
}

const settleMsOf = (cause: Cause): number => (waitsForRoute(cause) ? routeSettleMs : settleMs);

/** Another cause than at first. One that needs the user is not kept back because a route was given time to come back. */
function tellAtAnew(
  { tellAt, toldBefore }: Extract<Trouble, { kind: 'noticed' }>,
  cause: Cause,
  { now }: Circumstances,
): number {
  const settledAt = now + settleMsOf(cause);
  const soonest = toldBefore === null ? now : toldBefore + quietMs;
  return Math.max(soonest, waitsForRoute(cause) ? settledAt : Math.min(tellAt, settledAt));
}

/** Joins those that have the same cause: silently once it is told, else at the time when it will be. */
function joinOrNotice(cause: Cause, { known, now }: Circumstances): Trouble {
  const { title } = cause;
  let tellAt = now + settleMsOf(cause);
  for (const trouble of known.values()) {
    if (trouble.kind === 'over' || trouble.title !== title) continue;
    if (trouble.kind === 'told' && now - trouble.toldAt < quietMs) return trouble;
    if (trouble.kind === 'noticed') tellAt = Math.min(tellAt, trouble.tellAt);
  }
  return { kind: 'noticed', title, tellAt, toldBefore: null };
}

/** Those that recover one after the other are told of together. */
function recoveryTellAt({ known, now }: Circumstances): number {
  const waiting = [...known.values()].find((trouble) => trouble.kind === 'recovering');
  return waiting?.kind === 'recovering' ? waiting.tellAt : now + settleMs;
}

function tellWhenDue(trouble: Trouble, now: number): { readonly trouble: Trouble; readonly isTold: boolean } {
  if (!('tellAt' in trouble) || now < trouble.tellAt) return { trouble, isTold: false };
  const { title, kind, tellAt: _ } = trouble;
  return kind === 'noticed'
    ? { trouble: { kind: 'told', title, toldAt: now }, isTold: true }
    : { trouble: { kind: 'over', toldAt: trouble.toldAt }, isTold: true };
}
