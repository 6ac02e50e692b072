/** Turning off, and possibly on again. */
import type { Handler } from '../forward-handler.ts';
import { begin, stay } from '../forward-moves.ts';
import type { In, Transition, TransitionContext } from '../forward-state.ts';

export const turnOn: Handler<'turned-on', 'off'> = (state, _event, context) =>
  begin({ ...state, desired: 'on' }, context);
export const wantOn: Handler<'turned-on', 'stopping'> = (state, _event, context) =>
  finishStop({ ...state, desired: 'on' }, context);
export const wantOff: Handler<'turned-off', 'stopping'> = (state) => stay({ ...state, desired: 'off' });

export const portClosed: Handler<'port-closed', 'stopping'> = (state, _event, context) =>
  finishStop({ ...state, situation: { ...state.situation, portOpen: false } }, context);

export const stoppedOne: Handler<'tunnel-ended', 'stopping'> = (state, event, context) => {
  const tunnels = state.situation.tunnels.filter((tunnel) => tunnel !== event.tunnel);
  return finishStop({ ...state, situation: { ...state.situation, tunnels } }, context);
};

/** Off only when everything has ended. On again as soon as the port can be opened: old tunnels are not waited for. */
function finishStop(state: In<'stopping'>, context: TransitionContext): Transition {
  const { portOpen, tunnels } = state.situation;
  if (portOpen) return stay(state);
  if (state.desired === 'on') return begin({ ...state, leaving: tunnels }, context);
  return stay(tunnels.length > 0 ? state : { ...state, situation: { phase: 'off' } });
}
