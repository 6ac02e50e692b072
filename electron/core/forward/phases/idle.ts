/** On demand: the port is open, and there is no tunnel until a client needs one. */
import type { Handler } from '../forward-handler.ts';
import { stay, tryNow } from '../forward-moves.ts';

/** The first client may have arrived just before. */
export const openedWhileIdle: Handler<'port-opened', 'idle'> = (before, _event, context) => {
  const state = { ...before, portOpen: true };
  return context.clientsWait ? tryNow(state, context) : stay(state);
};

/** Besides clients, only the user starts a tunnel. */
export const triggeredWhileIdle: Handler<'triggered', 'idle'> = (before, { trigger }, context) => {
  const isByUser = trigger === 'user';
  const state = isByUser || trigger === 'wake' ? { ...before, suspended: false } : before;
  const isWanted = isByUser || context.clientsWait || !context.onDemand;
  return isWanted && !state.suspended ? tryNow(state, context, isByUser) : stay(state);
};

/** The next tunnel uses the new config. */
export const reconfiguredWhileIdle: Handler<'reconfigured', 'idle'> = (state, _event, context) =>
  context.onDemand ? stay(state) : tryNow(state, context, true);
