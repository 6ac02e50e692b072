/** No tunnel: the forward waits for a time, for something that happens, or for the user. */
import type { Handler } from '../forward-handler.ts';
import { stay, tryNow } from '../forward-moves.ts';

/** The timer of a retry does not survive a sleep: the wake starts it instead. */
export const suspendRetry: Handler<'suspended', 'retrying'> = (state) =>
  stay({ ...state, situation: { phase: 'waiting' }, suspended: true });

export const retryDue: Handler<'due', 'retrying'> = (state, _event, context) =>
  state.situation.retryAt <= context.now ? tryNow(state, context) : stay(state);

export const recheckDue: Handler<'due', 'failed'> = (state, _event, { now }) =>
  state.situation.recheckAt !== null && state.situation.recheckAt <= now
    ? stay({ ...state, situation: { phase: 'failed', recheckAt: null } }, { type: 'open-port' })
    : stay(state);
