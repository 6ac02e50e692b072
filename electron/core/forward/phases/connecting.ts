/** A try is under way: first the port, then a tunnel. */
import { cleanHistory } from '../../restart-policy.ts';
import type { Handler } from '../forward-handler.ts';
import { after, dismiss, fail, forget, goUp, stay, tryNow } from '../forward-moves.ts';
import type { In, Transition, TransitionContext } from '../forward-state.ts';

export const portOpened: Handler<'port-opened', 'connecting'> = (state, _event, context) =>
  tryNow({ ...state, portOpen: true }, context, state.situation.tunnel === null && state.situation.forced);
export const portFailed: Handler<'port-failed'> = (state, { cause }, context) => fail(state, cause, context);

export const firstReady: Handler<'tunnel-ready', 'connecting'> = (state, { tunnel }, context) =>
  stay(tunnel === state.situation.tunnel ? goUp(state, tunnel, context) : state);

export const tryEnded: Handler<'tunnel-ended', 'connecting'> = (state, event, context) => {
  if (event.tunnel !== state.situation.tunnel) return stay(forget(state, event.tunnel));
  return event.cause === null ? tryNow(state, context) : fail(state, event.cause, context);
};

/** Restarts a try that began with the old config, before the sleep, or in another network. The old try is not waited for. */
function tryAnew(state: In<'connecting'>, context: TransitionContext, forced: boolean): Transition {
  const { tunnel } = state.situation;
  const clean: In<'connecting'> = { ...state, history: cleanHistory };
  if (tunnel === null) return stay(clean);
  const dismissed = dismiss(clean, tunnel);
  return after(dismissed.effects, tryNow(dismissed.state, context, forced));
}

export const tryReconfigured: Handler<'reconfigured', 'connecting'> = (state, _event, context) =>
  tryAnew(state, context, true);

export const triggeredWhileConnecting: Handler<'triggered', 'connecting'> = (state, event, context) => {
  const { trigger, certain = true } = event;
  if (trigger !== 'wake' && trigger !== 'network') return stay(state);
  const suspended = state.suspended && trigger !== 'wake';
  return certain && !suspended
    ? tryAnew({ ...state, suspended }, context, false)
    : stay({ ...state, suspended });
};
