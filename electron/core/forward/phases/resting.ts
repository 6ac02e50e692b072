/** No tunnel: the forward waits for a timer, a trigger, or the user. */
import type { Handler } from '../forward-handler.ts';
import { cleanHistory } from '../../restart-policy.ts';
import { waitForTransport, isTransportDown, stay, tryNow } from '../forward-moves.ts';
import type { In, Transition, TransitionContext } from '../forward-state.ts';

/** A retry timer does not survive sleep: the wake starts the try instead. */
export const suspendRetry: Handler<'suspended', 'retrying'> = (state) =>
  stay({ ...state, situation: { phase: 'waiting', recheckAt: null }, suspended: true });

/** The client that the try was scheduled for may have left: then the transport decides again. */
export const retryDue: Handler<'due', 'retrying'> = (state, _event, context) => {
  if (state.situation.retryAt > context.now || state.suspended) return stay(state);
  return isTransportDown(context) ? waitForTransport(state, context.transportDown) : tryNow(state, context);
};

/** This try was not requested: the transport decides. */
export const portFreed: Handler<'port-opened', 'failed'> = (before, _event, context) => {
  const state = { ...before, portOpen: true };
  if (context.onDemand && !context.clientsWait)
    return stay({ ...state, situation: { phase: 'idle' }, cause: null, history: cleanHistory });
  return isTransportDown(context) ? waitForTransport(state, context.transportDown) : tryNow(state, context);
};

/** The user asked for a try while the service waits for its transport: the port is already open for that try. */
export const openedAhead: Handler<'port-opened', 'waiting'> = (state) => stay({ ...state, portOpen: true });

/** A taken port is re-checked without starting a try: the service stays as it is until the port is free. */
function recheck(state: In<'failed'> | In<'waiting'>, context: TransitionContext): Transition {
  const { recheckAt } = state.situation;
  if (recheckAt === null || recheckAt > context.now || state.suspended) return stay(state);
  if (state.portOpen) return tryNow(state, context);
  return stay({ ...state, situation: { phase: 'failed', recheckAt: null } }, { type: 'open-port' });
}

export const recheckFailed: Handler<'due', 'failed'> = (state, _event, context) => recheck(state, context);
export const recheckWaiting: Handler<'due', 'waiting'> = (state, _event, context) => recheck(state, context);
