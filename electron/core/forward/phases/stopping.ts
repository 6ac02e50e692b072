/** From on to off, and on again. */
import type { Handler } from '../forward-handler.ts';
import { stay, tryNow } from '../forward-moves.ts';
import type { ForwardState, In, Transition, TransitionContext } from '../forward-state.ts';

export const turnOn: Handler<'turned-on', 'off'> = (state, _event, context) =>
  tryNow({ ...state, desired: 'on' }, context);
export const wantOn: Handler<'turned-on', 'stopping'> = (state) => stay({ ...state, desired: 'on' });
export const wantOff: Handler<'turned-off', 'stopping'> = (state) => stay({ ...state, desired: 'off' });

export const portClosed: Handler<'port-closed', 'stopping'> = (state, _event, context) =>
  finishStop({ ...state, situation: { ...state.situation, portOpen: false } }, context);

export const stoppedOne: Handler<'tunnel-ended', 'stopping'> = (state, event, context) => {
  const tunnels = state.situation.tunnels.filter((tunnel) => tunnel !== event.tunnel);
  return finishStop({ ...state, situation: { ...state.situation, tunnels } }, context);
};

function finishStop(state: In<'stopping'>, context: TransitionContext): Transition {
  if (state.situation.portOpen || state.situation.tunnels.length > 0) return stay(state);
  const off: ForwardState = { ...state, situation: { phase: 'off' } };
  return state.desired === 'on' ? tryNow(off, context) : stay(off);
}
