/**
 * The moves of the forward machine around a tunnel that runs and is to be replaced, or has to end. Pure.
 * The invariants stand in `forward-machine.ts`.
 */
import type { Cause } from '../../../shared/failure.ts';
import { decideRestart } from '../restart-policy.ts';
import {
  after,
  dismiss,
  drain,
  fail,
  isTransportDown,
  maxLeavingForPrecaution,
  stay,
} from './forward-moves.ts';
import type { ForwardState, In, Transition, TransitionContext } from './forward-state.ts';

export function replace(state: In<'up'>, { now }: TransitionContext, forced = false): Transition {
  const tunnel = state.lastTunnel + 1;
  return stay(
    {
      ...state,
      situation: { ...state.situation, replacement: { kind: 'starting', tunnel } },
      lastTunnel: tunnel,
      triedAt: now,
    },
    { type: 'start-tunnel', tunnel, forced },
  );
}

/** The same; a successor that is on its way already is not waited for. */
export function replaceAnew(state: In<'up'>, context: TransitionContext, forced = false): Transition {
  const { situation } = state;
  if (situation.replacement.kind !== 'starting') return replace(state, context, forced);
  const dismissed = dismiss(state, situation.replacement.tunnel);
  return after(dismissed.effects, replace({ ...dismissed.state, situation }, context, forced));
}

/** Replaces as the restart policy allows; when it allows none, the tunnel stays as it is. */
export function replaceByPolicy(state: In<'up'>, context: TransitionContext): Transition {
  const without: In<'up'> = { ...state, situation: { ...state.situation, replacement: { kind: 'none' } } };
  if (state.suspended || isTransportDown(context)) return stay(without);
  const decision = decideRestart(state.history, context);
  const counted: In<'up'> = { ...without, history: decision.history };
  if (decision.kind === 'disabled') return stay(counted);
  if (decision.delayMs === 0) return replace(counted, context);
  const retryAt = context.now + decision.delayMs;
  return stay({
    ...counted,
    situation: { ...counted.situation, replacement: { kind: 'scheduled', retryAt, cause: null } },
  });
}

/** The way that the config asks for now failed, so the old one is no way for new clients; what flows through it may finish. */
export function retire(state: In<'up'>, cause: Cause, context: TransitionContext): Transition {
  const drained = drain(state, state.situation.tunnel);
  return after(drained.effects, fail(drained.state, cause, context));
}

/** The tunnel is dead though it runs: it ends now, and clients wait for the next one. */
export function condemn(state: In<'up'>, cause: Cause, context: TransitionContext): Transition {
  const { tunnel, replacement } = state.situation;
  const dismissed = dismiss(state, tunnel);
  const lost: ForwardState = { ...dismissed.state, health: 'unknown', cause };
  if (replacement.kind === 'starting') {
    return after(
      dismissed.effects,
      stay({ ...lost, situation: { phase: 'connecting', tunnel: replacement.tunnel } }),
    );
  }
  return after(dismissed.effects, fail(lost, cause, context));
}

/** Why a second tunnel is wanted beside this one, or would be if it could be had. */
export const wantsSuccessor = ({ situation }: In<'up'>): boolean =>
  isKnownBad(situation) || isDoubtful(situation);

const isKnownBad = ({ isOutdated, isSuspect }: In<'up'>['situation']): boolean => isOutdated || isSuspect;

export const isDoubtful = ({ proof }: In<'up'>['situation']): boolean =>
  proof.kind === 'silent' || proof.kind === 'unprovable';

/** Nothing speaks against this tunnel, another one would be a precaution only, and many old ones still carry connections. */
export const isCrowded = ({ situation, leaving }: In<'up'>): boolean =>
  !isKnownBad(situation) && situation.proof.kind !== 'silent' && leaving.length >= maxLeavingForPrecaution;

/**
 * Starts the successor that is wanted, as soon as nothing stands in its way: to be called at the end of every cell that
 * leaves the service up, so that no wish is forgotten because it came at the wrong moment. Each successor of a doubtful
 * tunnel may soon be doubtful too, on a slow line say: so the restart policy spaces them.
 */
export function pursue(
  { state, effects }: Transition,
  context: TransitionContext,
  forced = false,
): Transition {
  if (state.situation.phase !== 'up') return { state, effects };
  const up: In<'up'> = { ...state, situation: state.situation };
  if (!wantsSuccessor(up) || up.situation.replacement.kind !== 'none' || up.suspended)
    return stay(up, ...effects);
  if (isTransportDown(context)) {
    const isShown = up.health === 'unhealthy' && up.situation.isSuspect;
    return stay(isShown ? { ...up, cause: context.transportDown } : up, ...effects);
  }
  if (isCrowded(up) || (!context.policy.enabled && !up.situation.isOutdated)) return stay(up, ...effects);
  const isPaced = !isKnownBad(up.situation) && !forced;
  return after(effects, isPaced ? replaceByPolicy(up, context) : replace(up, context, forced));
}
