/** No tunnel: the forward waits for a time, for something that happens, or for the user. */
import type { Handler } from '../forward-handler.ts';
import { holdBack, stay, tryNow } from '../forward-moves.ts';

/** The timer of a retry does not survive a sleep: the wake starts it instead. */
export const suspendRetry: Handler<'suspended', 'retrying'> = (state) =>
  stay({ ...state, situation: { phase: 'waiting' }, suspended: true });

export const retryDue: Handler<'due', 'retrying'> = (state, _event, context) =>
  state.situation.retryAt <= context.now ? tryNow(state, context) : stay(state);

/** What goes on by itself now was no wish for a try: the route decides. */
export const portFreed: Handler<'port-opened', 'failed'> = (before, _event, context) => {
  const state = { ...before, portOpen: true };
  return context.hold === null ? tryNow(state, context) : holdBack(state, context.hold);
};

/** The user wanted a try of what the route holds back: it will find the port open. */
export const openedAhead: Handler<'port-opened', 'waiting'> = (state) => stay({ ...state, portOpen: true });

export const recheckDue: Handler<'due', 'failed'> = (state, _event, { now }) =>
  state.situation.recheckAt !== null && state.situation.recheckAt <= now
    ? stay({ ...state, situation: { phase: 'failed', recheckAt: null } }, { type: 'open-port' })
    : stay(state);
