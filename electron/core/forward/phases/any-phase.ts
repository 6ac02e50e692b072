/** Events that mean the same in several phases. */
import type { Cause, TriggerKind } from '../../../../shared/failure.ts';
import type { Handler } from '../forward-handler.ts';
import { askRoute, holdBack, stay, tryNow } from '../forward-moves.ts';
import type { ForwardState } from '../forward-state.ts';
import { cleanHistory } from '../restart-policy.ts';

/** A waiting client brings a try forward, but not more often than this. */
export const minDemandSpacingMs = 5_000;

export const suspend: Handler<'suspended'> = (state) => stay({ ...state, suspended: true });

/** Nothing to start in this phase, but the computer is awake again. */
export const noteWake: Handler<'triggered'> = (state, { trigger }) =>
  stay(trigger === 'wake' ? { ...state, suspended: false } : state);

/** A drained predecessor is all that can end in phases without a tunnel. */
export const drainedEnded: Handler<'tunnel-ended'> = (state, { tunnel }) =>
  stay(tunnel === state.draining ? { ...state, draining: null } : state);

export const complain: Handler<'complained'> = (state, { cause }) => stay({ ...state, complaint: cause });

export const tryChanged: Handler<'reconfigured'> = (state, _event, context) =>
  tryNow({ ...state, history: cleanHistory }, context);

/** In the phases that rest: start again when this is what was waited for. Only demand leaves the history as it is. */
export const rearm: Handler<'triggered'> = (before, { trigger }, context) => {
  const state = trigger === 'wake' || trigger === 'user' ? { ...before, suspended: false } : before;
  if (!rearms(state, trigger, context.now)) return stay(state);
  if (trigger === 'user' && context.hold !== null) return askRoute(holdBack(state, context.hold).state);
  return tryNow({ ...state, history: trigger === 'demand' ? state.history : cleanHistory }, context);
};

export const insist: Handler<'insisted'> = (state, _event, context) =>
  tryNow({ ...state, suspended: false, history: cleanHistory }, context);

/** A try that is due later, or would be brought forward by a trigger, waits for the route instead. */
export const hold: Handler<'held'> = (state, { cause }) =>
  isForRetry(state.cause) ? holdBack(state, cause) : stay(state);

/** Another try may help, by itself or with the route: nothing that only the user can mend. */
export const isForRetry = (cause: Cause | null): boolean =>
  cause !== null && (cause.recovery === 'backoff' || cause.triggers.includes('route'));

function rearms(state: ForwardState, trigger: TriggerKind, now: number): boolean {
  if (state.suspended || !isAwaited(state, trigger)) return false;
  return trigger !== 'demand' || state.triedAt === null || now - state.triedAt >= minDemandSpacingMs;
}

/** An open route is what a service that has given up can hope for, whatever its last try failed of. */
function isAwaited({ cause, situation }: ForwardState, trigger: TriggerKind): boolean {
  if (cause === null || cause.triggers.includes(trigger)) return true;
  return trigger === 'route' && situation.phase === 'waiting' && cause.recovery === 'backoff';
}
