/** A tunnel serves clients; a second one may be starting to replace it. */
import type { Cause, TriggerKind } from '../../../../shared/failure.ts';
import { cleanHistory, clientDelayMs, decideRecheck, stableAfterMs } from '../../restart-policy.ts';
import type { Handler } from '../forward-handler.ts';
import {
  after,
  askTransport,
  dismiss,
  drain,
  fail,
  forget,
  goUp,
  isTransportDown,
  stay,
  tryNow,
} from '../forward-moves.ts';
import type {
  EventOf,
  ForwardEventType,
  ForwardState,
  In,
  Proof,
  Transition,
  TransitionContext,
} from '../forward-state.ts';
import { proofAfter } from '../proof.ts';
import {
  condemn,
  isCrowded,
  isDoubtful,
  pursue,
  replace,
  replaceAnew,
  replaceByPolicy,
  retire,
  wantsSuccessor,
} from '../successor-moves.ts';
import { isAwaited, isForRetry, forcesRetry, formerChecked } from './any-phase.ts';

/** After any event, a wanted successor is started as soon as possible. */
const pursuing =
  <T extends ForwardEventType>(handle: Handler<T, 'up'>): Handler<T, 'up'> =>
  (state, event, context) =>
    pursue(handle(state, event, context), context);

export const successorReady: Handler<'tunnel-ready', 'up'> = (state, event, context) => {
  const { replacement, tunnel: predecessor } = state.situation;
  if (replacement.kind !== 'starting' || replacement.tunnel !== event.tunnel) return stay(state);
  return drain(goUp(state, event.tunnel, context), predecessor);
};

export const liveEnded = pursuing<'tunnel-ended'>((state, event, context) => {
  const { tunnel, replacement } = state.situation;
  if (replacement.kind === 'starting' && event.tunnel === replacement.tunnel) {
    const without: In<'up'> = { ...state, situation: { ...state.situation, replacement: { kind: 'none' } } };
    return event.cause === null ? stay(without) : successorFailed(without, event.cause, context);
  }
  if (event.tunnel !== tunnel) return stay(forget(state, event.tunnel));
  const lost: ForwardState = { ...state, health: 'unknown', cause: event.cause };
  if (replacement.kind === 'starting') {
    return stay({ ...lost, situation: { phase: 'connecting', tunnel: replacement.tunnel } });
  }
  return event.cause === null ? tryNow(lost, context) : fail(lost, event.cause, context);
});

function successorFailed(state: In<'up'>, cause: Cause, context: TransitionContext): Transition {
  if (state.situation.isOutdated) return retire(state, cause, context);
  // A failed second tunnel does not affect a working service.
  if (!wantsSuccessor(state)) return stay(state);
  const troubled: In<'up'> = isDoubtful(state.situation)
    ? { ...state, health: 'unhealthy', cause }
    : { ...state, cause: state.cause ?? cause };
  if (cause.recovery === 'backoff') return replaceByPolicy(troubled, context);
  const { delayMs, history } = decideRecheck(state.history, cause.recheck ?? 'soon', context);
  const retryAt = delayMs === null ? null : context.now + delayMs;
  const replacement = { kind: 'scheduled', retryAt, cause } as const;
  const situation = { ...troubled.situation, replacement };
  return stay({ ...troubled, cause, history, situation });
}

/** Updates health and proof after a check. Green only when both are good. */
export const checked = pursuing<'checked'>((before, event, context) => {
  const { tunnel, report } = event;
  if (tunnel !== before.situation.tunnel) return formerChecked(before, event, context);
  if (before.suspended) return stay(before);
  if (report.evidence.kind === 'dead') return condemn(before, report.evidence.cause, context);
  const proof = proofAfter(before.situation.proof, report);
  // For an untried target the first client is the trial, unless the transport answered.
  const isTrusted =
    before.situation.isTrusted || (proof.kind === 'given' && report.evidence.kind !== 'untried');
  const state: In<'up'> = { ...before, situation: { ...before.situation, proof, isTrusted } };
  if (report.health === 'unhealthy') return unhealthy(state, report, context);
  const { health } = report;
  return (health === 'healthy' || health === 'ready') && proof.kind === 'given'
    ? stay(inOrder(state, health, context))
    : stay(unproven(state));
});

function inOrder(state: In<'up'>, health: 'healthy' | 'ready', { now }: TransitionContext): In<'up'> {
  const { situation, history } = unscheduled(state);
  const stableAt = history.failures === 0 ? null : (situation.stableAt ?? now + stableAfterMs(history));
  return {
    ...state,
    situation: { ...situation, isSuspect: false, stableAt },
    health,
    cause: null,
    complaint: null,
  };
}

function unhealthy(
  state: In<'up'>,
  { cause, mayHelp }: { readonly cause: Cause | null; readonly mayHelp: boolean },
  context: TransitionContext,
): Transition {
  const wasSuspect = state.situation.isSuspect;
  const failing: In<'up'> = {
    ...state,
    situation: { ...state.situation, stableAt: null, isSuspect: mayHelp },
    health: 'unhealthy',
    cause: obstacleOf(state) ?? state.complaint ?? cause,
  };
  const isNews = mayHelp && !wasSuspect && state.situation.replacement.kind === 'none';
  return isNews ? replaceByPolicy(failing, context) : stay(failing);
}

/** Why the replacement failed, if a retry alone does not help: this is what the user has to fix. */
const obstacleOf = ({ situation: { replacement } }: In<'up'>): Cause | null =>
  replacement.kind === 'scheduled' ? replacement.cause : null;

/** An unhealthy service stays unhealthy until proven; a healthy one becomes unknown. */
const unproven = (state: In<'up'>): In<'up'> => ({
  ...state,
  situation: { ...state.situation, stableAt: null },
  health: state.health === 'unhealthy' ? 'unhealthy' : 'unknown',
});

export const liveComplained: Handler<'complained', 'up'> = (state, { tunnel, cause }) => {
  if (tunnel !== state.situation.tunnel) return stay(state);
  // For a tunnel that is not proven yet, the complaint is all that is known.
  const isShown = (state.health === 'unhealthy' || state.health === 'unknown') && obstacleOf(state) === null;
  return stay({ ...state, complaint: cause, cause: isShown ? cause : state.cause });
};

/** The tunnel stays up; only its replacement waits. */
export const transportDownWhileUp = pursuing<'transport-down'>((state, _event, context) =>
  stay(isTransportDown(context) ? unspaced(state) : state),
);

export const forceRetryWhileUp: Handler<'retry-forced', 'up'> = (state, _event, context) =>
  state.situation.replacement.kind === 'starting'
    ? stay(state)
    : replace({ ...state, history: cleanHistory }, context, true);

/** The service is unhealthy, and another tunnel could help but none is starting. */
const waitsForTransport = ({ health, cause, situation: { replacement } }: In<'up'>): boolean =>
  health === 'unhealthy' && replacement.kind !== 'starting' && isForRetry(cause);

export const triggeredWhileUp = pursuing<'triggered'>((state, event, context) => {
  const { trigger } = event;
  switch (trigger) {
    case 'wake':
      return interrupted({ ...state, suspended: false, history: cleanHistory }, event, context);
    case 'network':
      return interrupted(state, event, context);
    case 'user':
      return isTransportDown(context) && waitsForTransport(state)
        ? askTransport({ ...unscheduled(state), cause: context.transportDown })
        : forceRetryWhileUp(state, { type: 'retry-forced' }, context);
    case 'transport-up':
    case 'credentials':
    case 'config':
      // The obstacle to the replacement may be gone.
      return pursue(stay(withCleanHistory(state, trigger)), context, forcesRetry(trigger));
    case 'demand':
      return stay(retriedSooner(state, context));
    case 'port':
      return stay(state);
  }
});

const withCleanHistory = (state: In<'up'>, trigger: TriggerKind): In<'up'> =>
  wantsSuccessor(state) ? { ...released(state, trigger), history: cleanHistory } : state;

/**
 * The tunnel has to prove itself again: the interruption may have killed it without notice. An earlier doubt stays strict.
 * A successor that was starting is restarted.
 */
function interrupted(
  before: In<'up'>,
  { trigger, certain = true }: EventOf<'triggered'>,
  context: TransitionContext,
): Transition {
  const { situation, ...rest } = released(before, trigger);
  const strict = certain || isInDoubt(situation.proof);
  const proof = { kind: 'owed', since: context.now, strict } as const;
  const state = unproven({ ...rest, situation: { ...situation, proof } });
  const isStarting = situation.replacement.kind === 'starting';
  return isStarting && certain && !state.suspended ? replaceAnew(state, context) : stay(state);
}

const isInDoubt = (proof: Proof): boolean => (proof.kind === 'owed' ? proof.strict : proof.kind !== 'given');

/** A client waits: the next try comes sooner, with a minimum pause after the last one. */
function retriedSooner(state: In<'up'>, { now }: TransitionContext): In<'up'> {
  const { situation, history, triedAt } = state;
  const { replacement } = situation;
  if (replacement.kind !== 'scheduled' || replacement.retryAt === null) return state;
  if (!isAwaited(replacement.cause, 'demand')) return state;
  const earliestAt = Math.max(now, (triedAt ?? now) + clientDelayMs(now - (history.since ?? now)));
  const retryAt = Math.min(replacement.retryAt, earliestAt);
  return { ...state, situation: { ...situation, replacement: { ...replacement, retryAt } } };
}

export const reconfiguredWhileUp: Handler<'reconfigured', 'up'> = (state, _event, context) => {
  const situation = { ...state.situation, isOutdated: true };
  return replaceAnew({ ...state, situation, history: cleanHistory }, context, true);
};

/** Checks pause during sleep, and without a check nothing is green. */
export const suspendedWhileUp: Handler<'suspended', 'up'> = (state) =>
  stay({ ...unproven(unspaced(state)), suspended: true });

export const dueWhileUp = pursuing<'due'>((state, _event, context) => {
  const { now } = context;
  const { situation } = state;
  const isStable = situation.stableAt !== null && situation.stableAt <= now;
  const settled: In<'up'> = isStable
    ? { ...state, situation: { ...situation, stableAt: null }, history: cleanHistory }
    : state;
  const { replacement } = settled.situation;
  const isDue =
    replacement.kind === 'scheduled' && replacement.retryAt !== null && replacement.retryAt <= now;
  if (!isDue) return stay(settled);
  // The client that the replacement was planned for may have left.
  return isTransportDown(context) || isCrowded(settled)
    ? stay(unscheduled(settled))
    : replace(settled, context);
});

/** Nobody uses it: its tunnel ends until the next client. A service in trouble stays up: it is being repaired. */
export const unusedWhileUp: Handler<'unused', 'up'> = (state, _event, context) => {
  const { tunnel, replacement } = state.situation;
  if (!context.onDemand || context.clientsWait || state.health === 'unhealthy') return stay(state);
  const idle: ForwardState = {
    ...state,
    situation: { phase: 'idle' },
    health: 'unknown',
    cause: null,
    complaint: null,
    history: cleanHistory,
  };
  const drained = drain(idle, tunnel);
  if (replacement.kind !== 'starting') return drained;
  return after(drained.effects, dismiss(drained.state, replacement.tunnel));
};

/** Cancels a planned replacement that waits only for the restart policy. */
const unspaced = (state: In<'up'>): In<'up'> => {
  const { replacement } = state.situation;
  return replacement.kind === 'scheduled' && replacement.cause === null ? unscheduled(state) : state;
};

/** Cancels a planned replacement that waits for this trigger. */
const released = (state: In<'up'>, trigger: TriggerKind): In<'up'> => {
  const { replacement } = state.situation;
  return replacement.kind === 'scheduled' && isAwaited(replacement.cause, trigger)
    ? unscheduled(state)
    : state;
};

/** Cancels a planned replacement. One that is already starting continues. */
const unscheduled = (state: In<'up'>): In<'up'> =>
  state.situation.replacement.kind === 'scheduled'
    ? { ...state, situation: { ...state.situation, replacement: { kind: 'none' } } }
    : state;
