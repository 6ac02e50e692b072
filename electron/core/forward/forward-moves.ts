/** Moves that several cells of the forward machine's table share. Pure. The invariants are in `forward-machine.ts`. */
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { cleanHistory, decideRecheck, decideRestart } from '../restart-policy.ts';
import type {
  Effect,
  ForwardState,
  In,
  Transition,
  TransitionContext,
  TunnelNumber,
} from './forward-state.ts';

const openPort: Effect = { type: 'open-port' };
export const stay = (state: ForwardState, ...effects: Effect[]): Transition => ({ state, effects });
export const ignored = (state: ForwardState): Transition => stay(state);

/** The same transition, preceded by other effects. */
export const after = (effects: readonly Effect[], { state, effects: more }: Transition): Transition => ({
  state,
  effects: [...effects, ...more],
});

/** The transport is down, and no client waits for a try. */
export const isTransportDown = (
  context: TransitionContext,
): context is TransitionContext & { readonly transportDown: Cause } =>
  context.transportDown !== null && !context.clientsWait;

/** Starts a try: the port first, then a tunnel. */
export function tryNow(state: ForwardState, { now }: TransitionContext, forced = false): Transition {
  if (!state.portOpen) {
    const situation = { phase: 'connecting', tunnel: null, forced } as const;
    return stay({ ...state, situation, triedAt: now }, openPort);
  }
  const tunnel = state.lastTunnel + 1;
  const isFromIdle = state.situation.phase === 'idle' && state.lastTunnel > 0;
  const startedFromIdle = state.startedFromIdle + (isFromIdle ? 1 : 0);
  return stay(
    {
      ...state,
      situation: { phase: 'connecting', tunnel },
      lastTunnel: tunnel,
      startedFromIdle,
      triedAt: now,
    },
    { type: 'start-tunnel', tunnel, forced },
  );
}

/** Turned on: starts a try, or, on demand, only opens the port. */
export const begin = (state: ForwardState, context: TransitionContext): Transition =>
  context.onDemand
    ? stay({ ...state, situation: { phase: 'idle' } }, openPort)
    : tryNow(state, context, true);

/** A try failed or the tunnel died: the cause decides what happens next. */
export function fail(before: ForwardState, cause: Cause, context: TransitionContext): Transition {
  const state: ForwardState = { ...before, health: 'unknown', cause };
  if (state.suspended) {
    const situation = { phase: 'waiting', recheckAt: null } as const;
    return stay({ ...state, situation, cause: describeCause('suspended') });
  }
  if (cause.recovery !== 'backoff') {
    // The transport retries on behalf of its forwards.
    const isOfTransport = context.transportDown?.code === cause.code;
    return isOfTransport
      ? waitForTransport(state, context.transportDown)
      : recheckLater(state, cause, context);
  }
  // Whatever failed, the next try would fail too, and is not counted. A waiting client still gets a try.
  if (isTransportDown(context)) return waitForTransport(state, context.transportDown);
  const decision = decideRestart(state.history, context);
  const counted = { ...state, history: decision.history };
  if (decision.kind === 'disabled') {
    return stay({ ...counted, situation: { phase: 'failed', recheckAt: null } });
  }
  if (decision.delayMs === 0) return tryNow(counted, context);
  return stay({ ...counted, situation: { phase: 'retrying', retryAt: context.now + decision.delayMs } });
}

/** A failure that looks final may be temporary. */
function recheckLater(state: ForwardState, cause: Cause, context: TransitionContext): Transition {
  const { delayMs, history } = decideRecheck(state.history, cause.recheck ?? 'soon', context);
  const recheckAt = delayMs === null ? null : context.now + delayMs;
  const phase = cause.recovery === 'user' ? 'failed' : 'waiting';
  return stay({ ...state, history, situation: { phase, recheckAt } });
}

/** Waits for the transport, which keeps retrying on its own. No try of this service is used up. */
export const waitForTransport = (state: ForwardState, cause: Cause): Transition =>
  stay({
    ...state,
    situation: { phase: cause.recovery === 'user' ? 'failed' : 'waiting', recheckAt: null },
    cause,
  });

/**
 * The user wants a try that is expected to fail: the transport tries instead, on behalf of all its forwards.
 * The port is opened either way; it does not depend on the transport.
 */
export const askTransport = (state: ForwardState): Transition =>
  stay(state, ...(state.portOpen ? [] : [openPort]), { type: 'ask-transport' });

/** The tunnel is ready and takes clients once it is proven. The previous cause stays visible until then. */
export function goUp(state: ForwardState, tunnel: TunnelNumber, { now }: TransitionContext): In<'up'> {
  return {
    ...state,
    situation: {
      phase: 'up',
      tunnel,
      proof: { kind: 'owed', since: now, strict: false },
      isTrusted: false,
      isSuspect: false,
      replacement: { kind: 'none' },
      stableAt: null,
      isOutdated: false,
    },
    health: 'unknown',
    complaint: null,
  };
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
      leaving: [],
    },
    { type: 'close-port' },
    ...stops,
  );
}

/** Every tunnel that has been started and has not ended, oldest first. */
export function aliveTunnels(state: ForwardState): readonly TunnelNumber[] {
  const { situation, leaving } = state;
  switch (situation.phase) {
    case 'connecting':
      return situation.tunnel === null ? leaving : [...leaving, situation.tunnel];
    case 'up': {
      const { replacement, tunnel } = situation;
      const successors = replacement.kind === 'starting' ? [replacement.tunnel] : [];
      return [...leaving, tunnel, ...successors];
    }
    case 'stopping':
      return situation.tunnels;
    case 'off':
    case 'idle':
    case 'waiting':
    case 'retrying':
    case 'failed':
      return leaving;
  }
}

// ---- old tunnels: draining or being stopped ----

/** With this many old tunnels that still carry connections, no tunnel is started merely as a precaution. */
export const maxLeavingForPrecaution = 4;

/** The tunnel takes no new clients and ends with its last connection. */
export const drain = (state: ForwardState, tunnel: TunnelNumber): Transition =>
  leave(state, { type: 'drain-tunnel', tunnel });

/** The tunnel is stopped now; nothing waits for its end. */
export const dismiss = (state: ForwardState, tunnel: TunnelNumber): Transition =>
  leave(state, { type: 'stop-tunnel', tunnel });

const leave = (
  state: ForwardState,
  effect: Extract<Effect, { type: 'drain-tunnel' | 'stop-tunnel' }>,
): Transition => stay({ ...state, leaving: [...state.leaving, effect.tunnel] }, effect);

/** Removes an old tunnel that has ended from the state. */
export const forget = (state: ForwardState, tunnel: TunnelNumber): ForwardState =>
  state.leaving.includes(tunnel)
    ? { ...state, leaving: state.leaving.filter((other) => other !== tunnel) }
    : state;
