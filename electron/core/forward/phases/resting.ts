/** No tunnel: the forward waits for a time, for something that happens, or for the user. */
import type { Handler } from '../forward-handler.ts';
import { holdBack, isTransportDown, stay, tryNow } from '../forward-moves.ts';
import type { In, Transition, TransitionContext } from '../forward-state.ts';

/** The timer of a retry does not survive a sleep: the wake starts it instead. */
export const suspendRetry: Handler<'suspended', 'retrying'> = (state) =>
  stay({ ...state, situation: { phase: 'waiting', recheckAt: null }, suspended: true });

/** The client for whose sake it was to be tried may have left: then the transport decides again. */
export const retryDue: Handler<'due', 'retrying'> = (state, _event, context) => {
  if (state.situation.retryAt > context.now || state.suspended) return stay(state);
  return isTransportDown(context) ? holdBack(state, context.transportDown) : tryNow(state, context);
};

/** This try was not requested: the transport decides. */
export const portFreed: Handler<'port-opened', 'failed'> = (before, _event, context) => {
  const state = { ...before, portOpen: true };
  return isTransportDown(context) ? holdBack(state, context.transportDown) : tryNow(state, context);
};

/** The user wanted a try of what waits for its transport: it will find the port open. */
export const openedAhead: Handler<'port-opened', 'waiting'> = (state) => stay({ ...state, portOpen: true });

/** A port that is not free is looked at without a try: the service stays as it is until it is. */
function recheck(state: In<'failed'> | In<'waiting'>, context: TransitionContext): Transition {
  const { recheckAt } = state.situation;
  if (recheckAt === null || recheckAt > context.now || state.suspended) return stay(state);
  if (state.portOpen) return tryNow(state, context);
  return stay({ ...state, situation: { phase: 'failed', recheckAt: null } }, { type: 'open-port' });
}

export const recheckFailed: Handler<'due', 'failed'> = (state, _event, context) => recheck(state, context);
export const recheckWaiting: Handler<'due', 'waiting'> = (state, _event, context) => recheck(state, context);
