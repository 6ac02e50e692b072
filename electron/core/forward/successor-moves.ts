/**
 * Moves of the forward machine for a running tunnel that is to be replaced or has to end. Pure. The invariants are in
 * `forward-machine.ts`.
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

/** The same, but a successor that is already starting is stopped first. */
export function replaceAnew(state: In<'up'>, context: TransitionContext, forced = false): Transition {
  const { situation } = state;
  if (situation.replacement.kind !== 'starting') return replace(state, context, forced);
  const dismissed = dismiss(state, situation.replacement.tunnel);
  return after(dismissed.effects, replace({ ...dismissed.state, situation }, context, forced));
}

/** Replaces the tunnel if and when the restart policy allows it; otherwise the tunnel stays as it is. */
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

/** The newly configured connection failed, so the outdated tunnel gets no new clients; its connections may finish. */
export function retire(state: In<'up'>, cause: Cause, context: TransitionContext): Transition {
  const drained = drain(state, state.situation.tunnel);
  return after(drained.effects, fail(drained.state, cause, context));
}

/** The tunnel is dead though its process runs: it is stopped now, and clients wait for the next one. */
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

/** Whether a second tunnel is wanted beside this one, even if none can be started now. */
export const wantsSuccessor = ({ situation }: In<'up'>): boolean =>
  isKnownBad(situation) || isDoubtful(situation);

const isKnownBad = ({ isOutdated, isSuspect }: In<'up'>['situation']): boolean => isOutdated || isSuspect;

export const isDoubtful = ({ proof }: In<'up'>['situation']): boolean =>
  proof.kind === 'silent' || proof.kind === 'unprovable';

/** A successor would only be a precaution, and many old tunnels still carry connections. */
export const isCrowded = ({ situation, leaving }: In<'up'>): boolean =>
  !isKnownBad(situation) && situation.proof.kind !== 'silent' && leaving.length >= maxLeavingForPrecaution;

/**
 * Starts a wanted successor as soon as possible. Must be called at the end of every cell that leaves the service up, so that
 * a successor that could not be started earlier is not forgotten. On a slow line, each successor of a doubtful tunnel may
 * soon be doubtful too: so the restart policy spaces them.
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
