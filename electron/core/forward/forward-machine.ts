/**
 * The heart: what happens to one service. Pure and total; the runner performs the effects.
 *
 * 1. The table at the end has a cell for every phase × event. What is ignored says so.
 * 2. At most two tunnels of a service are alive, and two only in a replacement: a successor that starts, or a
 *    predecessor that drains.
 * 3. Every tunnel that was started ends: nothing leaves the state before its `tunnel-ended` came.
 * 4. Off means off: in phase `off` no tunnel is alive and the port is closed.
 * 5. Desired changes only by turning on and off, never by a failure.
 * 6. While suspended no failure is counted and no time falls due.
 * 7. While the route is down no failure is counted and none leads to a try; what was held back starts when it is back.
 */
import type { TriggerKind } from '../../../shared/failure.ts';
import {
  condemn,
  fail,
  goUp,
  holdBack,
  ignored,
  replace,
  replaceByPolicy,
  retire,
  stay,
  tryNow,
  turnOff,
} from './forward-moves.ts';
import type {
  Effect,
  EventOf,
  ForwardEvent,
  ForwardEventType,
  ForwardPhase,
  ForwardState,
  In,
  Situation,
  Standing,
  Transition,
  TransitionContext,
} from './forward-state.ts';
import { cleanHistory, stableAfterMs } from './restart-policy.ts';

type Step<S, T extends ForwardEventType> = (
  state: S,
  event: EventOf<T>,
  context: TransitionContext,
) => Transition;
/** Handles one event, in one phase or (without `P`) in any. */
type Handler<T extends ForwardEventType, P extends ForwardPhase | 'any' = 'any'> = P extends ForwardPhase
  ? Step<In<P>, T>
  : Step<ForwardState, T>;
type Table = { readonly [T in ForwardEventType]: { readonly [P in ForwardPhase]: Handler<T, P> } };

/** A waiting client brings a try forward, but not more often than this. */
export const minDemandSpacingMs = 5_000;

// ---- events that mean the same in several phases ----

const suspend: Handler<'suspended'> = (state) => stay({ ...state, suspended: true });

/** Nothing to start in this phase, but the computer is awake again. */
const noteWake: Handler<'triggered'> = (state, { trigger }) =>
  stay(trigger === 'wake' ? { ...state, suspended: false } : state);

/** A drained predecessor is all that can end in phases without a tunnel. */
const drainedEnded: Handler<'tunnel-ended'> = (state, { tunnel }) =>
  stay(tunnel === state.draining ? { ...state, draining: null } : state);

const complain: Handler<'complained'> = (state, { cause }) => stay({ ...state, complaint: cause });

const tryChanged: Handler<'reconfigured'> = (state, _event, context) =>
  tryNow({ ...state, history: cleanHistory }, context);

/** In the phases that rest: start again when this is what was waited for. Only demand leaves the history as it is. */
const rearm: Handler<'triggered'> = (before, { trigger }, context) => {
  const state = trigger === 'wake' || trigger === 'user' ? { ...before, suspended: false } : before;
  if (!rearms(state, trigger, context.now)) return stay(state);
  return tryNow({ ...state, history: trigger === 'demand' ? state.history : cleanHistory }, context);
};

/** A try that is due later, or would be brought forward by a trigger, waits for the route instead. */
const hold: Handler<'held'> = (state, { cause }) => {
  const isAskedFor = state.cause?.recovery === 'backoff' || state.cause?.triggers.includes('route') === true;
  return isAskedFor ? holdBack(state, cause) : stay(state);
};

function rearms(state: ForwardState, trigger: TriggerKind, now: number): boolean {
  if (state.suspended || !(state.cause?.triggers.includes(trigger) ?? true)) return false;
  return trigger !== 'demand' || state.triedAt === null || now - state.triedAt >= minDemandSpacingMs;
}

// ---- phase connecting ----

const portOpened: Handler<'port-opened'> = (state, _event, context) =>
  tryNow({ ...state, portOpen: true }, context);
const portFailed: Handler<'port-failed'> = (state, { cause }, context) => fail(state, cause, context);

const firstReady: Handler<'tunnel-ready', 'connecting'> = (state, { tunnel }) =>
  stay(tunnel === state.situation.tunnel ? goUp(state, tunnel) : state);

const tryEnded: Handler<'tunnel-ended', 'connecting'> = (state, event, context) => {
  if (event.tunnel !== state.situation.tunnel) return drainedEnded(state, event, context);
  return event.cause === null ? tryNow(state, context) : fail(state, event.cause, context);
};

/** A try that began with the old config, or before the sleep, is begun anew. */
function tryAnew(state: In<'connecting'>): Transition {
  const { tunnel } = state.situation;
  const clean: ForwardState = { ...state, history: cleanHistory };
  return tunnel === null ? stay(clean) : stay(clean, { type: 'stop-tunnel', tunnel });
}

const wokeWhileConnecting: Handler<'triggered', 'connecting'> = (state, { trigger }) =>
  trigger === 'wake' ? tryAnew({ ...state, suspended: false }) : stay(state);

// ---- phase up ----

const successorReady: Handler<'tunnel-ready', 'up'> = (state, event) => {
  const { replacement, tunnel: predecessor } = state.situation;
  if (replacement.kind !== 'starting' || replacement.tunnel !== event.tunnel) return stay(state);
  const promoted: ForwardState = { ...goUp(state, event.tunnel), draining: predecessor };
  return stay(promoted, { type: 'drain-tunnel', tunnel: predecessor, dead: false });
};

const liveEnded: Handler<'tunnel-ended', 'up'> = (state, event, context) => {
  const { tunnel, replacement } = state.situation;
  if (event.tunnel === state.draining) {
    const free: In<'up'> = { ...state, draining: null };
    return replacement.kind === 'queued' ? replace(free) : stay(free);
  }
  if (replacement.kind === 'starting' && event.tunnel === replacement.tunnel) {
    if (event.cause === null) return replace(state);
    if (state.situation.outdated) return retire(state, event.cause, context);
    return replaceByPolicy({ ...state, cause: event.cause }, event.cause, context);
  }
  if (event.tunnel !== tunnel) return stay(state);
  const lost: ForwardState = { ...state, health: 'unknown', cause: event.cause };
  if (replacement.kind === 'starting') {
    return stay({ ...lost, situation: { phase: 'connecting', tunnel: replacement.tunnel } });
  }
  return event.cause === null ? tryNow(lost, context) : fail(lost, event.cause, context);
};

const foundHealthy: Handler<'healthy', 'up'> = (state, event, context) => {
  const { situation } = state;
  if (event.tunnel !== situation.tunnel) return stay(state);
  const nothingToForgive = state.history.failures === 0;
  const stableAt = nothingToForgive
    ? null
    : (situation.stableAt ?? context.now + stableAfterMs(state.history));
  return stay({
    ...state,
    situation: { ...unscheduled(situation), stableAt },
    health: 'healthy',
    cause: null,
    complaint: null,
  });
};

const foundUnhealthy: Handler<'unhealthy', 'up'> = (state, event, context) => {
  const { situation } = state;
  if (event.tunnel !== situation.tunnel || state.suspended) return stay(state);
  const cause = state.complaint ?? event.cause;
  const sick: In<'up'> = {
    ...state,
    situation: { ...situation, stableAt: null },
    health: 'unhealthy',
    cause,
  };
  return situation.replacement.kind === 'none' ? replaceByPolicy(sick, event.cause, context) : stay(sick);
};

const liveComplained: Handler<'complained', 'up'> = (state, { tunnel, cause }) => {
  if (tunnel !== state.situation.tunnel) return stay(state);
  return stay({ ...state, complaint: cause, cause: state.health === 'unhealthy' ? cause : state.cause });
};

const suspect: Handler<'suspected', 'up'> = (state, { tunnel }) =>
  tunnel === state.situation.tunnel && !state.suspended
    ? stay(state, { type: 'probe-now', tunnel, reason: 'suspicion' })
    : stay(state);

const probeFailed: Handler<'probe-failed', 'up'> = (state, event, context) => {
  if (event.tunnel !== state.situation.tunnel || state.suspended) return stay(state);
  // A bad certificate, say, is proof that the tunnel carries bytes: another tunnel would not help.
  if (event.cause.recovery !== 'backoff') return stay({ ...state, health: 'unhealthy', cause: event.cause });
  return condemn(state, event.cause, context);
};

/** A precaution only: it must not cut short a predecessor that still carries connections. */
const unproven: Handler<'unproven', 'up'> = (state, { tunnel }, { hold }) => {
  const free = state.draining === null && state.situation.replacement.kind === 'none' && !state.suspended;
  return tunnel === state.situation.tunnel && free && hold === null ? replace(state) : stay(state);
};

/** What is up stays up; only its replacement waits. */
const heldWhileUp: Handler<'held', 'up'> = (state, { cause }) => {
  const waits = state.health === 'unhealthy' && state.situation.replacement.kind !== 'starting';
  return stay({
    ...state,
    situation: unscheduled(state.situation),
    cause: waits ? cause : state.cause,
  });
};

const triggeredWhileUp: Handler<'triggered', 'up'> = (state, { trigger }, context) => {
  const { tunnel, replacement } = state.situation;
  const probe: Effect = { type: 'probe-now', tunnel, reason: 'interruption' };
  switch (trigger) {
    case 'wake':
      return stay({ ...state, suspended: false, history: cleanHistory }, probe);
    case 'network':
      return stay(state, probe);
    case 'user':
      return replacement.kind === 'none' || replacement.kind === 'scheduled'
        ? replace({ ...state, history: cleanHistory })
        : stay(state);
    case 'route':
      // Its replacement was held back.
      return state.cause?.triggers.includes('route') === true && replacement.kind === 'none'
        ? replace({ ...state, history: cleanHistory })
        : stay(state);
    case 'config':
      // Another restart policy: what used up its tries under the old one is tried again, if the new one allows it.
      return state.health === 'unhealthy' && state.cause !== null && replacement.kind === 'none'
        ? replaceByPolicy({ ...state, history: cleanHistory }, state.cause, context)
        : stay(state);
    case 'credentials':
    case 'port':
    case 'demand':
      return stay(state);
  }
};

const reconfiguredWhileUp: Handler<'reconfigured', 'up'> = (state) => {
  const { replacement } = state.situation;
  const outdated: In<'up'> = {
    ...state,
    situation: { ...state.situation, outdated: true },
    history: cleanHistory,
  };
  if (replacement.kind === 'starting')
    return stay(outdated, { type: 'stop-tunnel', tunnel: replacement.tunnel });
  return replacement.kind === 'queued' ? stay(outdated) : replace(outdated);
};

const suspendedWhileUp: Handler<'suspended', 'up'> = (state) =>
  stay({ ...state, situation: { ...unscheduled(state.situation), stableAt: null }, suspended: true });

const dueWhileUp: Handler<'due', 'up'> = (state, _event, { now }) => {
  const { situation } = state;
  const isStable = situation.stableAt !== null && situation.stableAt <= now;
  const settled: In<'up'> = isStable
    ? { ...state, situation: { ...situation, stableAt: null }, history: cleanHistory }
    : state;
  const { replacement } = settled.situation;
  return replacement.kind === 'scheduled' && replacement.retryAt <= now ? replace(settled) : stay(settled);
};

function unscheduled(situation: In<'up'>['situation']): In<'up'>['situation'] {
  return situation.replacement.kind === 'scheduled'
    ? { ...situation, replacement: { kind: 'none' } }
    : situation;
}

// ---- phases retrying, failed, stopping ----

/** The timer of a retry does not survive a sleep: the wake starts it instead. */
const suspendRetry: Handler<'suspended', 'retrying'> = (state) =>
  stay({ ...state, situation: { phase: 'waiting' }, suspended: true });

const retryDue: Handler<'due', 'retrying'> = (state, _event, context) =>
  state.situation.retryAt <= context.now ? tryNow(state, context) : stay(state);

const recheckDue: Handler<'due', 'failed'> = (state, _event, { now }) =>
  state.situation.recheckAt !== null && state.situation.recheckAt <= now
    ? stay({ ...state, situation: { phase: 'failed', recheckAt: null } }, { type: 'open-port' })
    : stay(state);

const turnOn: Handler<'turned-on', 'off'> = (state, _event, context) =>
  tryNow({ ...state, desired: 'on' }, context);
const wantOn: Handler<'turned-on', 'stopping'> = (state) => stay({ ...state, desired: 'on' });
const wantOff: Handler<'turned-off', 'stopping'> = (state) => stay({ ...state, desired: 'off' });

const portClosed: Handler<'port-closed', 'stopping'> = (state, _event, context) =>
  finishStop({ ...state, situation: { ...state.situation, portOpen: false } }, context);

const stoppedOne: Handler<'tunnel-ended', 'stopping'> = (state, event, context) => {
  const tunnels = state.situation.tunnels.filter((tunnel) => tunnel !== event.tunnel);
  return finishStop({ ...state, situation: { ...state.situation, tunnels } }, context);
};

function finishStop(state: In<'stopping'>, context: TransitionContext): Transition {
  if (state.situation.portOpen || state.situation.tunnels.length > 0) return stay(state);
  const off: ForwardState = { ...state, situation: { phase: 'off' } };
  return state.desired === 'on' ? tryNow(off, context) : stay(off);
}

// ---- the table ----

// prettier-ignore
const table: Table = {
  'turned-on':    { off: turnOn,   connecting: ignored,             up: ignored,             waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: wantOn },
  'turned-off':   { off: ignored,  connecting: turnOff,             up: turnOff,             waiting: turnOff,      retrying: turnOff,      failed: turnOff,      stopping: wantOff },
  'port-opened':  { off: ignored,  connecting: portOpened,          up: ignored,             waiting: ignored,      retrying: ignored,      failed: portOpened,   stopping: ignored },
  'port-failed':  { off: ignored,  connecting: portFailed,          up: ignored,             waiting: ignored,      retrying: ignored,      failed: portFailed,   stopping: ignored },
  'port-closed':  { off: ignored,  connecting: ignored,             up: ignored,             waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: portClosed },
  'tunnel-ready': { off: ignored,  connecting: firstReady,          up: successorReady,      waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'tunnel-ended': { off: ignored,  connecting: tryEnded,            up: liveEnded,           waiting: drainedEnded, retrying: drainedEnded, failed: drainedEnded, stopping: stoppedOne },
  'healthy':      { off: ignored,  connecting: ignored,             up: foundHealthy,        waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'unhealthy':    { off: ignored,  connecting: ignored,             up: foundUnhealthy,      waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'suspected':    { off: ignored,  connecting: ignored,             up: suspect,             waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'complained':   { off: ignored,  connecting: complain,            up: liveComplained,      waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'unproven':     { off: ignored,  connecting: ignored,             up: unproven,            waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'probe-failed': { off: ignored,  connecting: ignored,             up: probeFailed,         waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'triggered':    { off: noteWake, connecting: wokeWhileConnecting, up: triggeredWhileUp,    waiting: rearm,        retrying: rearm,        failed: rearm,        stopping: noteWake },
  'held':         { off: ignored,  connecting: ignored,             up: heldWhileUp,         waiting: hold,         retrying: hold,         failed: ignored,      stopping: ignored },
  'reconfigured': { off: ignored,  connecting: tryAnew,             up: reconfiguredWhileUp, waiting: tryChanged,   retrying: tryChanged,   failed: tryChanged,   stopping: ignored },
  'suspended':    { off: suspend,  connecting: suspend,             up: suspendedWhileUp,    waiting: suspend,      retrying: suspendRetry, failed: suspend,      stopping: suspend },
  'due':          { off: ignored,  connecting: ignored,             up: dueWhileUp,          waiting: ignored,      retrying: retryDue,     failed: recheckDue,   stopping: ignored },
};

/** One step. Total: never throws, whatever the event. */
export function transition(state: ForwardState, event: ForwardEvent, context: TransitionContext): Transition {
  // The table's type has proved that the cell fits both the phase and the event.
  const handle = table[event.type][state.situation.phase] as (
    state: ForwardState,
    event: ForwardEvent,
    context: TransitionContext,
  ) => Transition;
  return handle(state, event, context);
}

/** What holds while this state lasts. */
export function standingOf(state: ForwardState): Standing {
  const { situation } = state;
  const dueAt = state.suspended ? null : dueAtOf(situation);
  switch (situation.phase) {
    case 'up':
      return { clients: { kind: 'route', tunnel: situation.tunnel }, watched: situation.tunnel, dueAt };
    case 'connecting':
    case 'retrying':
    case 'waiting':
      return { clients: { kind: 'hold' }, watched: null, dueAt };
    case 'off':
    case 'failed':
    case 'stopping':
      return { clients: { kind: 'refuse' }, watched: null, dueAt };
  }
}

function dueAtOf(situation: Situation): number | null {
  switch (situation.phase) {
    case 'up': {
      const { stableAt, replacement } = situation;
      const retryAt = replacement.kind === 'scheduled' ? replacement.retryAt : null;
      return stableAt === null ? retryAt : retryAt === null ? stableAt : Math.min(stableAt, retryAt);
    }
    case 'retrying':
      return situation.retryAt;
    case 'failed':
      return situation.recheckAt;
    case 'off':
    case 'connecting':
    case 'waiting':
    case 'stopping':
      return null;
  }
}
