import type { RouteSeat } from '../route/route-seat.ts';
import type { ForwardState } from './forward-state.ts';

/** When something is tried again by itself; null: no try is planned. Monotonic, in ms. */
export function nextRetryAt(
  { situation, cause }: ForwardState,
  { hold, nextQuestionAt }: Pick<RouteSeat, 'hold' | 'nextQuestionAt'>,
): number | null {
  switch (situation.phase) {
    case 'retrying':
      return situation.retryAt;
    case 'failed':
      return situation.recheckAt;
    case 'waiting': {
      // What waits for something else, the network say, is not released by the route's answer.
      const isHeld = hold !== null && cause?.triggers.includes('route') === true;
      return isHeld ? nextQuestionAt : situation.recheckAt;
    }
    case 'up':
      return situation.replacement.kind === 'scheduled' ? situation.replacement.retryAt : null;
    case 'off':
    case 'connecting':
    case 'stopping':
      return null;
  }
}
