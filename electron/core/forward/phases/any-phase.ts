/** Events that mean the same in several phases. */
import type { Cause, TriggerKind } from '../../../../shared/failure.ts';
import { cleanHistory, clientDelayMs } from '../../restart-policy.ts';
import type { Handler } from '../forward-handler.ts';
import { askTransport, forget, waitForTransport, isTransportDown, stay, tryNow } from '../forward-moves.ts';
import type { ForwardState, Transition, TransitionContext } from '../forward-state.ts';

export const suspend: Handler<'suspended'> = (state) => stay({ ...state, suspended: true });

/** There is nothing to start in this phase, but the computer is awake again. */
export const noteWake: Handler<'triggered'> = (state, { trigger }) =>
  stay(trigger === 'wake' ? { ...state, suspended: false } : state);

/** In phases without a current tunnel, only an old one can end. */
export const formerEnded: Handler<'tunnel-ended'> = (state, { tunnel }) => stay(forget(state, tunnel));

/** An old tunnel keeps its connections, unless it is dead. */
export const formerChecked: Handler<'checked'> = (state, { tunnel, report }) =>
  report.evidence.kind === 'dead' && state.leaving.includes(tunnel)
    ? stay(state, { type: 'stop-tunnel', tunnel })
    : stay(state);

export const complain: Handler<'complained'> = (state, { cause }) => stay({ ...state, complaint: cause });

export const tryChanged: Handler<'reconfigured'> = (state, _event, context) =>
  tryNow({ ...state, history: cleanHistory }, context, true);

/** In the phases without a tunnel: tries again if the service waited for this trigger. */
export const rearm: Handler<'triggered'> = (before, { trigger }, context) => {
  const state = trigger === 'wake' || trigger === 'user' ? { ...before, suspended: false } : before;
  // The awaited trigger may have come while the computer was asleep, when nothing was started.
  const wasReleased =
    trigger === 'wake' && state.situation.phase === 'waiting' && context.transportDown === null;
  if (state.suspended || !(wasReleased || isAwaited(state.cause, trigger))) return stay(state);
  if (trigger === 'demand') return tryForClients(state, context);
  if (trigger === 'user' && isTransportDown(context) && context.transportDown.recovery !== 'user')
    return askTransport(waitForTransport(state, context.transportDown).state);
  return tryNow({ ...state, history: cleanHistory }, context, forcesRetry(trigger));
};

/** Something that a failed login depends on may have changed. */
export const forcesRetry = (trigger: TriggerKind): boolean =>
  trigger === 'user' || trigger === 'credentials' || trigger === 'config';

/** Tries sooner for a waiting client, with a minimum pause after the last try. The history stays as it is. */
function tryForClients(state: ForwardState, context: TransitionContext): Transition {
  const { history, triedAt, situation } = state;
  const ageMs = context.now - (history.since ?? context.now);
  const earliestAt = (triedAt ?? -Infinity) + clientDelayMs(ageMs);
  if (earliestAt <= context.now) return tryNow(state, context);
  if (situation.phase === 'retrying' && situation.retryAt <= earliestAt) return stay(state);
  return stay({ ...state, situation: { phase: 'retrying', retryAt: earliestAt } });
}

export const forceRetry: Handler<'retry-forced'> = (state, _event, context) =>
  tryNow({ ...state, suspended: false, history: cleanHistory }, context, true);

/** A try that is scheduled, or that a trigger would start, waits for the transport instead. */
export const transportDown: Handler<'transport-down'> = (state, { cause }, { clientsWait }) =>
  isForRetry(state.cause) && !clientsWait ? waitForTransport(state, cause) : stay(state);

/** A service that failed for a reason of its own stays as it is. */
export const transportDownAfterFailure: Handler<'transport-down'> = (state, { cause }) =>
  state.cause?.triggers.includes('transport-up') === true ? waitForTransport(state, cause) : stay(state);

/** Another try may help, now or once the transport is up: not a problem that only the user can fix. */
export const isForRetry = (cause: Cause | null): boolean =>
  cause !== null && (cause.recovery === 'backoff' || cause.triggers.includes('transport-up'));

/** A service that waits for its transport, or for a network change that may go unreported, is tried for a client too. */
export function isAwaited(cause: Cause | null, trigger: TriggerKind): boolean {
  if (cause === null || cause.triggers.includes(trigger)) return true;
  if (trigger === 'transport-up') return cause.code === 'network-down';
  return (
    trigger === 'demand' && cause.recovery === 'trigger' && cause.code !== 'suspended' && isForClients(cause)
  );
}

/** A login that needs the user is not tried for a client, even if other services wait for the same login. */
const isForClients = ({ recheck }: Cause): boolean => recheck !== 'never' && recheck !== 'login';
