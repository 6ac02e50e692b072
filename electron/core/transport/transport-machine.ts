/**
 * Decides what happens to one transport: the connection that several forwards share. Pure; `transport.ts` performs
 * the effects.
 *
 * 1. The table has a cell for every status × event. Ignored events are listed explicitly.
 * 2. One carrier serves, and one more may be opened beside it. Every opened carrier is stopped or drained, or has
 *    ended.
 * 3. While there is no lease, nothing is opened, and an open carrier closes after `lingerMs`.
 * 4. In doubt a second carrier is opened, and the first to prove itself serves: make before break. Exception: if
 *    the login needed the user, or is prompting now, the machine waits until the carrier answers or ends, so the
 *    user is prompted only once. A carrier that can never answer is given up at once.
 * 5. Retries follow the restart policy of forwards, at once after the first failure. `trouble` is set from the
 *    second failure on, or if retrying does not help. So a connection that merely broke is back before any forward
 *    is notified.
 * 6. A connection that the server closed because it was idle is reopened silently, with a delay if it lived only
 *    for moments.
 * 7. Every wait ends: `waiting` has a time, or its cause says that a retry would do harm, or the policy disables
 *    retries.
 * 8. While suspended, no timer is due. A wake proves what is open and retries what is not.
 */
import type { Cause } from '../../../shared/failure.ts';
import {
  cleanHistory,
  clientDelayMs,
  decideRecheck,
  decideRestart,
  type RestartHistory,
  stableAfterMs,
} from '../restart-policy.ts';
import type {
  InStatus,
  Successor,
  TransportContext,
  TransportEffect,
  TransportEvent,
  TransportEventOf,
  TransportEventType,
  TransportState,
  TransportStatus,
  TransportTransition,
} from './transport-state.ts';

type Cell<T extends TransportEventType, S extends TransportStatus> = (
  state: InStatus<S>,
  event: TransportEventOf<T>,
  context: TransportContext,
) => TransportTransition;
type Table = { readonly [T in TransportEventType]: { readonly [S in TransportStatus]: Cell<T, S> } };

/** An idle-closed connection that lived longer is reopened at once, however often that happens. */
const minUnusedLifeMs = 10_000;

const stay = (state: TransportState, ...effects: TransportEffect[]): TransportTransition => ({
  state,
  effects,
});
const ignored = (state: TransportState): TransportTransition => stay(state);
const after = (
  effects: readonly TransportEffect[],
  { state, effects: more }: TransportTransition,
): TransportTransition => ({ state, effects: [...effects, ...more] });

// ---- moves ----

function open(state: TransportState, { now }: TransportContext, forced = false): TransportTransition {
  const carrier = state.lastCarrier + 1;
  return stay(
    { ...state, situation: { status: 'opening', carrier }, lastCarrier: carrier, triedAt: now },
    { type: 'open', carrier, forced },
  );
}

const close = (state: TransportState, ...effects: TransportEffect[]): TransportTransition =>
  stay({ ...state, situation: { status: 'closed' }, trouble: null, history: cleanHistory }, ...effects);

/** An attempt failed, or the open carrier has ended: the cause decides the next step. */
function fail(state: TransportState, cause: Cause, context: TransportContext): TransportTransition {
  if (!context.isLeased) return close(state);
  if (state.suspended) return wait({ ...state, trouble: cause }, null);
  const { delayMs, history } = whenAfter(state, cause, context);
  if (delayMs === 0) return open({ ...state, history }, context);
  return wait({ ...state, history, trouble: cause }, delayMs === null ? null : context.now + delayMs);
}

const wait = (state: TransportState, retryAt: number | null): TransportTransition =>
  stay({ ...state, situation: { status: 'waiting', retryAt } });

/** The new carrier serves from now on. */
function serve(
  state: TransportState,
  { carrier, neededUser }: TransportEventOf<'ready'>,
  { now }: TransportContext,
): TransportState {
  const stableAt = state.history.failures === 0 ? null : now + stableAfterMs(state.history);
  return {
    ...state,
    situation: { status: 'up', carrier, readyAt: now, stableAt, closesAt: null },
    trouble: null,
    neededUser,
  };
}

const withSuccessor = (state: InStatus<'doubtful'>, successor: Successor): InStatus<'doubtful'> => ({
  ...state,
  situation: { ...state.situation, successor },
});

function openSuccessor(
  state: InStatus<'doubtful'>,
  { now }: TransportContext,
  forced = false,
): TransportTransition {
  const carrier = state.lastCarrier + 1;
  return stay(
    { ...withSuccessor(state, { kind: 'opening', carrier }), lastCarrier: carrier, triedAt: now },
    { type: 'open', carrier, forced },
  );
}

/** The doubtful carrier serves after all. */
function keep(state: InStatus<'doubtful'>): TransportState {
  const { carrier, readyAt } = state.situation;
  return { ...state, situation: { status: 'up', carrier, readyAt, stableAt: null, closesAt: null } };
}

/** The open carrier is gone: its successor continues, or a new attempt begins. */
function lose(
  state: InStatus<'up'> | InStatus<'doubtful'>,
  { cause, isUnused }: Pick<TransportEventOf<'ended'>, 'cause' | 'isUnused'>,
  context: TransportContext,
): TransportTransition {
  const { situation } = state;
  if (situation.status === 'doubtful' && situation.successor.kind === 'opening')
    return stay({ ...state, situation: { status: 'opening', carrier: situation.successor.carrier } });
  if (isUnused) return reopenQuietly(state, context);
  if (cause !== null) return fail(state, cause, context);
  return context.isLeased ? open(state, context) : close(state);
}

function reopenQuietly(
  state: InStatus<'up'> | InStatus<'doubtful'>,
  context: TransportContext,
): TransportTransition {
  const { now, isLeased } = context;
  if (!isLeased) return close(state);
  if (state.suspended) return wait(state, null);
  if (now - state.situation.readyAt >= minUnusedLifeMs) return open(state, context);
  const { history, ...decision } = decideRestart(state.history, context);
  const delayMs = decision.kind === 'retry' ? decision.delayMs : minUnusedLifeMs;
  return delayMs === 0 ? open({ ...state, history }, context) : wait({ ...state, history }, now + delayMs);
}

/** The earliest sensible time for an attempt while clients wait. */
const earliestAt = ({ triedAt, history }: TransportState, now: number): number =>
  Math.max(now, (triedAt ?? -Infinity) + clientDelayMs(now - (history.since ?? now)));

/** A successor would prompt the user, who has not requested one. */
const needsUser = ({ neededUser }: TransportState, { isPromptingUser }: TransportContext): boolean =>
  neededUser || isPromptingUser;

// ---- closed ----

const openWanted: Cell<'wanted', 'closed'> = (state, { forced }, context) =>
  open({ ...state, history: cleanHistory }, context, forced);

// ---- opening ----

const openedFirst: Cell<'ready', 'opening'> = (state, event, context) =>
  stay(event.carrier === state.situation.carrier ? serve(state, event, context) : state);

const openingEnded: Cell<'ended', 'opening'> = (state, { carrier, cause }, context) => {
  if (carrier !== state.situation.carrier) return stay(state);
  if (cause !== null) return fail(state, cause, context);
  return context.isLeased ? open(state, context) : close(state);
};

const openingCondemned: Cell<'condemned', 'opening'> = (state, { carrier, cause }, context) =>
  carrier === state.situation.carrier
    ? after([{ type: 'stop', carrier }], fail(state, cause, context))
    : stay(state);

/** An attempt interrupted by a sleep may never be answered, unless it is waiting for the user. */
const openingInterrupted: Cell<'interrupted', 'opening'> = (before, { certain }, context) => {
  const state = { ...before, suspended: false };
  if (!certain || context.isPromptingUser) return stay(state);
  const { carrier } = before.situation;
  return after([{ type: 'stop', carrier }], open({ ...state, history: cleanHistory }, context));
};

// ---- up ----

const upWanted: Cell<'wanted', 'up'> = (state) =>
  stay({ ...state, situation: { ...state.situation, closesAt: null } });

const becomeDoubtful = (state: InStatus<'up'>, reason: 'silent' | 'renewed'): InStatus<'doubtful'> => {
  const { carrier, readyAt } = state.situation;
  return {
    ...state,
    situation: { status: 'doubtful', carrier, readyAt, reason, successor: { kind: 'none' } },
  };
};

const upRenewed: Cell<'renewed', 'up'> = (state, _event, context) =>
  openSuccessor(becomeDoubtful(state, 'renewed'), context, true);

const upSilent: Cell<'silent', 'up'> = (state, { carrier }, context) => {
  if (carrier !== state.situation.carrier) return stay(state);
  if (!context.isLeased) return close(state, { type: 'stop', carrier });
  const doubtful = becomeDoubtful(state, 'silent');
  return needsUser(state, context) || state.suspended ? stay(doubtful) : openSuccessor(doubtful, context);
};

const upEnded: Cell<'ended', 'up'> = (state, event, context) =>
  event.carrier === state.situation.carrier ? lose(state, event, context) : stay(state);

const openCondemned = (
  state: InStatus<'up'> | InStatus<'doubtful'>,
  { carrier, cause }: TransportEventOf<'condemned'>,
  context: TransportContext,
): TransportTransition =>
  carrier === state.situation.carrier
    ? after([{ type: 'drain', carrier }], lose(state, { cause, isUnused: false }, context))
    : stay(state);

const upInterrupted: Cell<'interrupted', 'up'> = (state) =>
  stay({ ...state, suspended: false }, { type: 'prove', carrier: state.situation.carrier });

const upAbandoned: Cell<'abandoned', 'up'> = (state, _event, { now, lingerMs }) => {
  const { situation } = state;
  if (lingerMs === 0) return close(state, { type: 'stop', carrier: situation.carrier });
  return stay({ ...state, situation: { ...situation, closesAt: situation.closesAt ?? now + lingerMs } });
};

const upDue: Cell<'due', 'up'> = (state, _event, { now }) => {
  const { situation } = state;
  if (situation.closesAt !== null && situation.closesAt <= now)
    return close(state, { type: 'stop', carrier: situation.carrier });
  if (situation.stableAt === null || situation.stableAt > now) return stay(state);
  return stay({ ...state, situation: { ...situation, stableAt: null }, history: cleanHistory });
};

// ---- doubtful ----

const doubtfulWanted: Cell<'wanted', 'doubtful'> = (state, { forced }, context) => {
  const { successor } = state.situation;
  if (state.suspended || successor.kind === 'opening' || (needsUser(state, context) && !forced))
    return stay(state);
  if (forced || earliestAt(state, context.now) <= context.now) return openSuccessor(state, context, forced);
  const retryAt = Math.min(
    earliestAt(state, context.now),
    successor.kind === 'scheduled' ? successor.retryAt : Infinity,
  );
  return stay(withSuccessor(state, { kind: 'scheduled', retryAt }));
};

const doubtfulRenewed: Cell<'renewed', 'doubtful'> = (state, _event, context) =>
  state.situation.successor.kind === 'opening' ? stay(state) : openSuccessor(state, context, true);

const stopSuccessor = ({ situation: { successor } }: InStatus<'doubtful'>): readonly TransportEffect[] =>
  successor.kind === 'opening' ? [{ type: 'stop', carrier: successor.carrier }] : [];

const doubtfulAbandoned: Cell<'abandoned', 'doubtful'> = (state) =>
  close(state, { type: 'stop', carrier: state.situation.carrier }, ...stopSuccessor(state));

const successorReady: Cell<'ready', 'doubtful'> = (state, event, context) => {
  const { successor, carrier } = state.situation;
  if (successor.kind !== 'opening' || successor.carrier !== event.carrier) return stay(state);
  return stay(serve(state, event, context), { type: 'drain', carrier });
};

const doubtfulEnded: Cell<'ended', 'doubtful'> = (state, event, context) => {
  const { situation } = state;
  const { carrier, cause } = event;
  if (carrier === situation.carrier) return lose(state, event, context);
  if (situation.successor.kind !== 'opening' || situation.successor.carrier !== carrier) return stay(state);
  return successorFailed(state, cause, context);
};

/** `delayMs` null: no automatic retry. */
function whenAfter(
  { history: before }: TransportState,
  cause: Cause,
  context: TransportContext,
): { readonly delayMs: number | null; readonly history: RestartHistory } {
  if (cause.recovery !== 'backoff') return decideRecheck(before, cause.recheck ?? 'soon', context);
  const decision = decideRestart(before, context);
  return { delayMs: decision.kind === 'disabled' ? null : decision.delayMs, history: decision.history };
}

/** If the renewal of a working connection fails, the connection stays in use. */
function successorFailed(
  before: InStatus<'doubtful'>,
  cause: Cause | null,
  context: TransportContext,
): TransportTransition {
  const state = withSuccessor(before, { kind: 'none' });
  if (state.situation.reason === 'renewed') return stay(keep(state));
  if (cause === null || state.suspended) return stay(state);
  const { delayMs, history } = whenAfter(state, cause, context);
  if (delayMs === null) return stay({ ...state, history });
  const retryAt = context.now + delayMs;
  return stay({ ...withSuccessor(state, { kind: 'scheduled', retryAt }), history });
}

const doubtfulProven: Cell<'proven', 'doubtful'> = (state, { carrier: proven }) => {
  const { carrier, reason } = state.situation;
  if (proven !== carrier || reason === 'renewed') return stay(state);
  return stay({ ...keep(state), history: cleanHistory }, ...stopSuccessor(state));
};

/** Opens a successor if none could be opened while the computer slept. */
const doubtfulSilent: Cell<'silent', 'doubtful'> = (state, { carrier }, context) => {
  const { carrier: current, successor } = state.situation;
  const isMissing = successor.kind === 'none' && !needsUser(state, context) && !state.suspended;
  return carrier === current && isMissing ? openSuccessor(state, context) : stay(state);
};

const doubtfulCondemned: Cell<'condemned', 'doubtful'> = (state, event, context) => {
  const { successor } = state.situation;
  if (successor.kind !== 'opening' || successor.carrier !== event.carrier)
    return openCondemned(state, event, context);
  return after([{ type: 'stop', carrier: event.carrier }], successorFailed(state, event.cause, context));
};

const doubtfulInterrupted: Cell<'interrupted', 'doubtful'> = (before, { certain }, context) => {
  const state = { ...before, suspended: false };
  const { carrier, successor } = before.situation;
  const prove: TransportEffect = { type: 'prove', carrier };
  if (!certain || successor.kind !== 'opening' || context.isPromptingUser) return stay(state, prove);
  return after([prove, ...stopSuccessor(before)], openSuccessor(state, context));
};

const doubtfulTriggered: Cell<'triggered', 'doubtful'> = (state, { trigger }, context) => {
  const { successor } = state.situation;
  const isMissing = successor.kind !== 'opening' && !needsUser(state, context) && !state.suspended;
  return isMissing ? openSuccessor(state, context, trigger === 'credentials') : stay(state);
};

const doubtfulDue: Cell<'due', 'doubtful'> = (state, _event, context) => {
  const { successor } = state.situation;
  const isDue = successor.kind === 'scheduled' && successor.retryAt <= context.now;
  if (isDue && context.isPromptingUser) return stay(withSuccessor(state, { kind: 'none' }));
  return isDue ? openSuccessor(state, context) : stay(state);
};

// ---- waiting ----

/** A forced retry is tried at once; that of a client as near to the last as is sensible. */
const waitingWanted: Cell<'wanted', 'waiting'> = (state, { forced }, context) => {
  if (forced) return open({ ...state, suspended: false, history: cleanHistory }, context, true);
  if (state.suspended) return stay(state);
  const at = earliestAt(state, context.now);
  if (at <= context.now) return open(state, context);
  const { retryAt } = state.situation;
  return wait(state, retryAt === null ? at : Math.min(at, retryAt));
};

const waitingInterrupted: Cell<'interrupted', 'waiting'> = (state, _event, context) =>
  retryNow({ ...state, suspended: false }, context, false);

const waitingTriggered: Cell<'triggered', 'waiting'> = (state, { trigger }, context) => {
  const { trouble } = state;
  const isAwaited = trouble === null || trouble.recovery === 'backoff' || trouble.triggers.includes(trigger);
  return isAwaited && !state.suspended ? retryNow(state, context, trigger === 'credentials') : stay(state);
};

/** If a retry would do harm, it is left to the user. */
function retryNow(state: TransportState, context: TransportContext, forced: boolean): TransportTransition {
  if (!forced && state.trouble?.recheck === 'never') return stay(state);
  return open({ ...state, history: cleanHistory }, context, forced);
}

const waitingSuspended: Cell<'suspended', 'waiting'> = (state) =>
  stay({ ...state, suspended: true, situation: { status: 'waiting', retryAt: null } });

const waitingDue: Cell<'due', 'waiting'> = (state, _event, context) => {
  const { retryAt } = state.situation;
  return retryAt === null || retryAt > context.now || state.suspended ? stay(state) : open(state, context);
};

// ---- any ----

const suspend = (state: TransportState): TransportTransition => stay({ ...state, suspended: true });
const awake = (state: TransportState): TransportTransition => stay({ ...state, suspended: false });

// prettier-ignore
const table: Table = {
  'wanted':      { closed: openWanted, opening: ignored,            up: upWanted,      doubtful: doubtfulWanted,      waiting: waitingWanted },
  'renewed':     { closed: ignored,    opening: ignored,            up: upRenewed,     doubtful: doubtfulRenewed,     waiting: ignored },
  'abandoned':   { closed: ignored,    opening: (state) => close(state, { type: 'stop', carrier: state.situation.carrier }),
                                                                    up: upAbandoned,   doubtful: doubtfulAbandoned,   waiting: (state) => close(state) },
  'ready':       { closed: ignored,    opening: openedFirst,        up: ignored,       doubtful: successorReady,      waiting: ignored },
  'ended':       { closed: ignored,    opening: openingEnded,       up: upEnded,       doubtful: doubtfulEnded,       waiting: ignored },
  'proven':      { closed: ignored,    opening: ignored,            up: ignored,       doubtful: doubtfulProven,      waiting: ignored },
  'silent':      { closed: ignored,    opening: ignored,            up: upSilent,      doubtful: doubtfulSilent,      waiting: ignored },
  'condemned':   { closed: ignored,    opening: openingCondemned,   up: openCondemned,  doubtful: doubtfulCondemned,   waiting: ignored },
  'triggered':   { closed: ignored,    opening: ignored,            up: ignored,       doubtful: doubtfulTriggered,   waiting: waitingTriggered },
  'interrupted': { closed: awake,      opening: openingInterrupted, up: upInterrupted, doubtful: doubtfulInterrupted, waiting: waitingInterrupted },
  'suspended':   { closed: suspend,    opening: suspend,            up: suspend,       doubtful: suspend,             waiting: waitingSuspended },
  'due':         { closed: ignored,    opening: ignored,            up: upDue,         doubtful: doubtfulDue,         waiting: waitingDue },
};

/** One step. Total: never throws, whatever the event. */
export function transition(
  state: TransportState,
  event: TransportEvent,
  context: TransportContext,
): TransportTransition {
  // The table's type proves that the cell fits both the status and the event.
  const cell = table[event.type][state.situation.status] as (
    state: TransportState,
    event: TransportEvent,
    context: TransportContext,
  ) => TransportTransition;
  return cell(state, event, context);
}

/** When the machine needs a `due` event, monotonic ms; null: never. */
export function dueAtOf({ situation, suspended }: TransportState): number | null {
  if (suspended) return null;
  switch (situation.status) {
    case 'up': {
      const { stableAt, closesAt } = situation;
      return stableAt === null || closesAt === null ? (stableAt ?? closesAt) : Math.min(stableAt, closesAt);
    }
    case 'doubtful':
      return situation.successor.kind === 'scheduled' ? situation.successor.retryAt : null;
    case 'waiting':
      return situation.retryAt;
    case 'closed':
    case 'opening':
      return null;
  }
}

/** The carrier for new users; null: none before the next attempt. */
export function carrierOf({ situation, neededUser }: TransportState): number | null {
  switch (situation.status) {
    case 'opening':
    case 'up':
      return situation.carrier;
    case 'doubtful':
      if (situation.successor.kind === 'opening') return situation.successor.carrier;
      return neededUser || situation.reason === 'renewed' ? situation.carrier : null;
    case 'closed':
    case 'waiting':
      return null;
  }
}
