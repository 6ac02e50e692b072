/**
 * The moves of the forward machine: what is done in the same way from several cells of its table. Pure.
 * The invariants stand in `forward-machine.ts`.
 */
import { describeCause, type Cause } from '../../../shared/failure.ts';
import type { RestartPolicySpec } from '../../../shared/service-spec.ts';
import { cleanHistory, decideRestart, isExhausted } from './restart-policy.ts';
import type {
  Effect,
  ForwardState,
  In,
  Situation,
  Transition,
  TransitionContext,
  TunnelNumber,
} from './forward-state.ts';

/** How often a taken port is tried again. */
export const portRecheckMs = 2_000;
const openPort: Effect = { type: 'open-port' };
export const stay = (state: ForwardState, ...effects: Effect[]): Transition => ({ state, effects });
export const ignored = (state: ForwardState): Transition => stay(state);

/** Starts a try: the port first, then a tunnel. */
export function tryNow(state: ForwardState, { now }: TransitionContext): Transition {
  if (!state.portOpen) {
    return stay({ ...state, situation: { phase: 'connecting', tunnel: null }, triedAt: now }, openPort);
  }
  const tunnel = state.lastTunnel + 1;
  return stay(
    { ...state, situation: { phase: 'connecting', tunnel }, lastTunnel: tunnel, triedAt: now },
    { type: 'start-tunnel', tunnel },
  );
}

/** A try failed or the tunnel died: the cause decides what comes next. */
export function fail(before: ForwardState, cause: Cause, context: TransitionContext): Transition {
  const state: ForwardState = { ...before, health: 'unknown', cause };
  if (state.suspended) {
    return stay({ ...state, situation: { phase: 'waiting' }, cause: describeCause('suspended') });
  }
  switch (cause.recovery) {
    case 'user': {
      const recheckAt = cause.triggers.includes('port') ? context.now + portRecheckMs : null;
      return stay({ ...state, situation: { phase: 'failed', recheckAt } });
    }
    case 'trigger':
      return stay({ ...state, situation: { phase: 'waiting' } });
    case 'backoff': {
      // Whatever failed: the next try could only fail too, and is not counted.
      if (context.hold !== null) return holdBack(state, context.hold);
      const decision = decideRestart(state.history, context.policy, context.random);
      const counted = { ...state, history: decision.history };
      if (decision.kind === 'exhausted') return stay({ ...counted, situation: { phase: 'waiting' } });
      if (decision.delayMs === 0) return tryNow(counted, context);
      return stay({ ...counted, situation: { phase: 'retrying', retryAt: context.now + decision.delayMs } });
    }
  }
}

/** It waits because all its tries failed, not because it was told to make none. */
export const hasGivenUp = ({ situation, cause, history }: ForwardState, policy: RestartPolicySpec): boolean =>
  situation.phase === 'waiting' &&
  cause?.recovery === 'backoff' &&
  policy.enabled &&
  isExhausted(history, policy);

/** Waits for the route, with all tries ahead. */
export const holdBack = (state: ForwardState, cause: Cause): Transition =>
  stay({ ...state, situation: { phase: 'waiting' }, cause });

/**
 * The user wants a try that could only fail, as far as is known: the route is asked, and its answer decides for all.
 * Whether the port is free has nothing to do with it.
 */
export const askRoute = (state: ForwardState): Transition =>
  stay(state, ...(state.portOpen ? [] : [openPort]), { type: 'ask-route' });

/** The tunnel is ready: it takes the clients. */
export function goUp(state: ForwardState, tunnel: TunnelNumber): ForwardState {
  const situation: Situation = {
    phase: 'up',
    tunnel,
    replacement: { kind: 'none' },
    stableAt: null,
    outdated: false,
  };
  return { ...state, situation, health: 'unknown', cause: null, complaint: null };
}

export function turnOff(state: ForwardState): Transition {
  const tunnels = aliveTunnels(state);
  const stops = tunnels.map((tunnel): Effect => ({ type: 'stop-tunnel', tunnel }));
  return stay(
    {
      ...state,
      desired: 'off',
      situation: { phase: 'stopping', tunnels, portOpen: true },
      health: 'unknown',
      cause: null,
      complaint: null,
      history: cleanHistory,
      portOpen: false,
      draining: null,
    },
    { type: 'close-port' },
    ...stops,
  );
}

/** Every tunnel that has been started and has not ended, oldest first. */
export function aliveTunnels(state: ForwardState): readonly TunnelNumber[] {
  const { situation, draining } = state;
  const alive: (TunnelNumber | null)[] = [draining];
  if (situation.phase === 'connecting' || situation.phase === 'up') alive.push(situation.tunnel);
  if (situation.phase === 'up' && situation.replacement.kind === 'starting')
    alive.push(situation.replacement.tunnel);
  if (situation.phase === 'stopping') alive.push(...situation.tunnels);
  return alive.filter((tunnel) => tunnel !== null);
}

// ---- replacing a tunnel while it still runs ----

export function replace(state: In<'up'>): Transition {
  const { situation } = state;
  if (state.draining !== null) {
    return stay(
      { ...state, situation: { ...situation, replacement: { kind: 'queued' } } },
      { type: 'stop-tunnel', tunnel: state.draining },
    );
  }
  const tunnel = state.lastTunnel + 1;
  return stay(
    { ...state, situation: { ...situation, replacement: { kind: 'starting', tunnel } }, lastTunnel: tunnel },
    { type: 'start-tunnel', tunnel },
  );
}

/** Replaces as the restart policy allows; when it allows no more, the tunnel stays as it is. */
export function replaceByPolicy(state: In<'up'>, cause: Cause, context: TransitionContext): Transition {
  const without = (rest: Partial<ForwardState>): In<'up'> => ({
    ...state,
    ...rest,
    situation: { ...state.situation, replacement: { kind: 'none' } },
  });
  if (state.suspended || cause.recovery !== 'backoff') return stay(without({}));
  if (context.hold !== null) return stay(without({ cause: context.hold }));
  const decision = decideRestart(state.history, context.policy, context.random);
  const counted = without({ history: decision.history });
  if (decision.kind === 'exhausted') return stay(counted);
  if (decision.delayMs === 0) return replace(counted);
  const retryAt = context.now + decision.delayMs;
  return stay({
    ...counted,
    situation: { ...counted.situation, replacement: { kind: 'scheduled', retryAt } },
  });
}

/** The way that the config asks for now failed, so the old one is no way for new clients; what flows through it may finish. */
export function retire(state: In<'up'>, cause: Cause, context: TransitionContext): Transition {
  const { tunnel } = state.situation;
  const next = fail({ ...state, draining: tunnel }, cause, context);
  return { state: next.state, effects: [{ type: 'drain-tunnel', tunnel, dead: false }, ...next.effects] };
}

/** The tunnel is dead though it runs: clients wait for the next one, what still flows through it may finish. */
export function condemn(state: In<'up'>, cause: Cause, context: TransitionContext): Transition {
  const { tunnel, replacement } = state.situation;
  if (state.draining !== null) {
    const sick: In<'up'> = { ...state, health: 'unhealthy', cause };
    return replacement.kind === 'queued' ? stay(sick) : replaceByPolicy(sick, cause, context);
  }
  const draining: ForwardState = { ...state, draining: tunnel, health: 'unknown', cause };
  const next: Transition =
    replacement.kind === 'starting'
      ? stay({ ...draining, situation: { phase: 'connecting', tunnel: replacement.tunnel } })
      : fail(draining, cause, context);
  return { state: next.state, effects: [{ type: 'drain-tunnel', tunnel, dead: true }, ...next.effects] };
}
