/**
 * When to send notifications. Pure: takes the memory of earlier ones and the services; returns what to send and when to
 * decide again.
 *
 * 1. One notification when a forward needs the user, one when that forward is proven again; nothing else.
 * 2. Both are sent only after the state has lasted for `settleMs`: brief failures are not announced, and failures of several
 *    forwards within that time become one notification. A cluster or an ssh host gets `transportSettleMs` to come back: a VPN
 *    that reconnects after wake is not news. If LocalPort checks again soon, the notification waits for that check.
 * 3. Forwards with the same cause share a notification for `quietMs`: one expired login is one notification, however long it
 *    takes until each of them is affected.
 * 4. A forward gets no second notification within `quietMs`, so that flapping causes no flood.
 */
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { isInOrder } from '../../shared/service-tone.ts';
import { needsUser, waitsForTransport } from './needs-user.ts';
import { needNotices, recoveryNotices, type Notice } from './notice-words.ts';

export const settleMs = 5_000;
export const transportSettleMs = 30_000;
export const quietMs = 60_000;
/** How long to wait for the result of an upcoming check to settle. */
const checkedMs = 3_000;
/** A notification waits for a check that is due within this time, and for its result. */
export const soonRecheckMs = 10_000;

/** The memory of a forward that needs, or needed, the user. Times are monotonic ms. */
type Trouble =
  | {
      readonly kind: 'noticed';
      readonly title: string;
      readonly tellAt: number;
      readonly toldBefore: number | null;
    }
  | { readonly kind: 'told'; readonly title: string; readonly toldAt: number }
  /** It is up again, but this has not been announced yet. */
  | { readonly kind: 'recovering'; readonly title: string; readonly toldAt: number; readonly tellAt: number }
  | { readonly kind: 'over'; readonly toldAt: number };

export type NotificationMemory = ReadonlyMap<string, Trouble>;
export const nothingNoticed: NotificationMemory = new Map();

export interface NotificationDecision {
  readonly memory: NotificationMemory;
  readonly needs: readonly Notice[];
  readonly recoveries: readonly Notice[];
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
  // A new failure joins a pending notification, even from the same snapshot.
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
    needs: needNotices(needy),
    recoveries: recoveryNotices(recovered),
    nextAt: due.length === 0 ? null : Math.min(...due),
  };
}

interface Circumstances {
  readonly known: NotificationMemory;
  readonly now: number;
}

/** Off, or on demand and not in use: nothing is wrong, and nothing is proven. */
const isAtRest = ({ desired, phase }: ServiceSnapshot): boolean => desired === 'off' || phase === 'idle';

/** The next memory of one forward; undefined: nothing to remember. */
function follow(
  before: Trouble | undefined,
  service: ServiceSnapshot,
  circumstances: Circumstances,
): Trouble | undefined {
  const { now } = circumstances;
  if (needsUser(service)) return followNeed(before, service, circumstances);
  // A new tunnel may be as unhealthy as the last one: the forward is up again once a check passes.
  const isUp = isInOrder(service);
  switch (before?.kind) {
    case undefined:
      return undefined;
    case 'noticed':
      return before.toldBefore === null ? undefined : { kind: 'over', toldAt: before.toldBefore };
    case 'told':
      if (isAtRest(service)) return { kind: 'over', toldAt: before.toldAt };
      return isUp ? { ...before, kind: 'recovering', tellAt: recoveryTellAt(circumstances) } : before;
    case 'recovering':
      if (isAtRest(service)) return { kind: 'over', toldAt: before.toldAt };
      return isUp ? before : { kind: 'told', title: before.title, toldAt: before.toldAt };
    case 'over':
      return now - before.toldAt < quietMs ? before : undefined;
  }
}

function followNeed(
  before: Trouble | undefined,
  service: ServiceSnapshot,
  circumstances: Circumstances,
): Trouble {
  const { now } = circumstances;
  const title = titleOf(service);
  switch (before?.kind) {
    case 'noticed':
      return before.title === title
        ? before
        : { ...before, title, tellAt: tellAtAnew(before, service, circumstances) };
    case 'told':
    case 'recovering':
      return { kind: 'told', title, toldAt: before.toldAt };
    case 'over': {
      const tellAt = Math.max(now + settleMsOf(service), before.toldAt + quietMs);
      return { kind: 'noticed', title, tellAt, toldBefore: before.toldAt };
    }
    case undefined:
      return joinOrNotice(service, circumstances);
  }
}

const titleOf = ({ cause }: ServiceSnapshot): string => cause?.title ?? '';

const isForTransport = ({ cause }: ServiceSnapshot): boolean => cause !== null && waitsForTransport(cause);

function settleMsOf(service: ServiceSnapshot): number {
  if (isForTransport(service)) return transportSettleMs;
  const { nextRetryAt, since } = service;
  const recheckMs = nextRetryAt === null ? Infinity : nextRetryAt - since;
  return recheckMs <= soonRecheckMs ? Math.max(0, recheckMs) + checkedMs : settleMs;
}

/** The time after a change of cause. The longer wait for a transport does not delay a cause that needs the user. */
function tellAtAnew(
  { tellAt, toldBefore }: Extract<Trouble, { kind: 'noticed' }>,
  service: ServiceSnapshot,
  { now }: Circumstances,
): number {
  const settledAt = now + settleMsOf(service);
  const soonest = toldBefore === null ? now : toldBefore + quietMs;
  return Math.max(soonest, isForTransport(service) ? settledAt : Math.min(tellAt, settledAt));
}

/** Joins forwards with the same cause: silently if their notification was sent, otherwise at the time it is due. */
function joinOrNotice(service: ServiceSnapshot, { known, now }: Circumstances): Trouble {
  const title = titleOf(service);
  let tellAt = now + settleMsOf(service);
  for (const trouble of known.values()) {
    if (trouble.kind === 'over' || trouble.title !== title) continue;
    if (trouble.kind === 'told' && now - trouble.toldAt < quietMs) return trouble;
    if (trouble.kind === 'noticed') tellAt = Math.min(tellAt, trouble.tellAt);
  }
  return { kind: 'noticed', title, tellAt, toldBefore: null };
}

/** Forwards that recover one after the other share a notification. */
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
