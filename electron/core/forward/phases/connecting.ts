/** A try is under way: first the port, then a tunnel. */
import type { Handler } from '../forward-handler.ts';
import { fail, goUp, stay, tryNow } from '../forward-moves.ts';
import type { ForwardState, In, Transition } from '../forward-state.ts';
import { cleanHistory } from '../restart-policy.ts';
import { drainedEnded } from './any-phase.ts';

export const portOpened: Handler<'port-opened', 'connecting'> = (state, _event, context) =>
  tryNow({ ...state, portOpen: true }, context);
export const portFailed: Handler<'port-failed'> = (state, { cause }, context) => fail(state, cause, context);

export const firstReady: Handler<'tunnel-ready', 'connecting'> = (state, { tunnel }) =>
  stay(tunnel === state.situation.tunnel ? goUp(state, tunnel) : state);

export const tryEnded: Handler<'tunnel-ended', 'connecting'> = (state, event, context) => {
  if (event.tunnel !== state.situation.tunnel) return drainedEnded(state, event, context);
  return event.cause === null ? tryNow(state, context) : fail(state, event.cause, context);
};

/** A try that began with the old config, or before the sleep, is begun anew. */
export function tryAnew(state: In<'connecting'>): Transition {
  const { tunnel } = state.situation;
  const clean: ForwardState = { ...state, history: cleanHistory };
  return tunnel === null ? stay(clean) : stay(clean, { type: 'stop-tunnel', tunnel });
}

export const wokeWhileConnecting: Handler<'triggered', 'connecting'> = (state, { trigger, certain }) => {
  if (trigger !== 'wake') return stay(state);
  const awake = { ...state, suspended: false };
  return certain === false ? stay(awake) : tryAnew(awake);
};
