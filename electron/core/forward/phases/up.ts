/** A tunnel serves clients; a second one may be on its way to replace it. */
import type { Handler } from '../forward-handler.ts';
import {
  askRoute,
  condemn,
  fail,
  goUp,
  replace,
  replaceByPolicy,
  retire,
  stay,
  tryNow,
} from '../forward-moves.ts';
import type { Effect, ForwardState, In } from '../forward-state.ts';
import { cleanHistory, stableAfterMs } from '../restart-policy.ts';
import { isForRetry } from './any-phase.ts';

export const successorReady: Handler<'tunnel-ready', 'up'> = (state, event) => {
  const { replacement, tunnel: predecessor } = state.situation;
  if (replacement.kind !== 'starting' || replacement.tunnel !== event.tunnel) return stay(state);
  const promoted: ForwardState = { ...goUp(state, event.tunnel), draining: predecessor };
  return stay(promoted, { type: 'drain-tunnel', tunnel: predecessor, dead: false });
};

export const liveEnded: Handler<'tunnel-ended', 'up'> = (state, event, context) => {
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

export const foundHealthy: Handler<'healthy', 'up'> = (state, event, context) => {
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

export const foundUnhealthy: Handler<'unhealthy', 'up'> = (state, event, context) => {
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

export const liveComplained: Handler<'complained', 'up'> = (state, { tunnel, cause }) => {
  if (tunnel !== state.situation.tunnel) return stay(state);
  return stay({ ...state, complaint: cause, cause: state.health === 'unhealthy' ? cause : state.cause });
};

export const suspect: Handler<'suspected', 'up'> = (state, { tunnel }) =>
  tunnel === state.situation.tunnel && !state.suspended
    ? stay(state, { type: 'probe-now', tunnel, reason: 'suspicion' })
    : stay(state);

export const probeFailed: Handler<'probe-failed', 'up'> = (state, event, context) => {
  if (event.tunnel !== state.situation.tunnel || state.suspended) return stay(state);
  // A bad certificate, say, is proof that the tunnel carries bytes: another tunnel would not help.
  if (event.cause.recovery !== 'backoff') return stay({ ...state, health: 'unhealthy', cause: event.cause });
  return condemn(state, event.cause, context);
};

/** A precaution only: it must not cut short a predecessor that still carries connections. */
export const unproven: Handler<'unproven', 'up'> = (state, { tunnel }, { hold }) => {
  const free = state.draining === null && state.situation.replacement.kind === 'none' && !state.suspended;
  return tunnel === state.situation.tunnel && free && hold === null ? replace(state) : stay(state);
};

/** What is up stays up; only its replacement waits. */
export const heldWhileUp: Handler<'held', 'up'> = (state, { cause }) => {
  const { kind } = state.situation.replacement;
  const isWanted = kind === 'scheduled' || kind === 'queued' || isForRetry(state.cause);
  const waits = state.health === 'unhealthy' && kind !== 'starting' && isWanted;
  return stay({
    ...state,
    situation: unscheduled(state.situation),
    cause: waits ? cause : state.cause,
  });
};

export const insistWhileUp: Handler<'insisted', 'up'> = (state) => {
  const { kind } = state.situation.replacement;
  return kind === 'none' || kind === 'scheduled' ? replace({ ...state, history: cleanHistory }) : stay(state);
};

/** It is not well, and another tunnel could help if only one came up. */
const waitsForRoute = ({ health, cause, situation: { replacement } }: In<'up'>): boolean =>
  health === 'unhealthy' && replacement.kind !== 'starting' && isForRetry(cause);

export const triggeredWhileUp: Handler<'triggered', 'up'> = (state, { trigger, certain }, context) => {
  const { tunnel, replacement } = state.situation;
  const reason = certain === false ? 'suspicion' : 'interruption';
  const probe: Effect = { type: 'probe-now', tunnel, reason };
  switch (trigger) {
    case 'wake':
      return stay({ ...state, suspended: false, history: cleanHistory }, probe);
    case 'network':
      return stay(state, probe);
    case 'user':
      return context.hold !== null && waitsForRoute(state)
        ? askRoute({ ...state, situation: unscheduled(state.situation), cause: context.hold })
        : insistWhileUp(state, { type: 'insisted' }, context);
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

export const reconfiguredWhileUp: Handler<'reconfigured', 'up'> = (state) => {
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

export const suspendedWhileUp: Handler<'suspended', 'up'> = (state) =>
  stay({ ...state, situation: { ...unscheduled(state.situation), stableAt: null }, suspended: true });

export const dueWhileUp: Handler<'due', 'up'> = (state, _event, { now }) => {
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
