import type { TransportLease } from '../transport/transport-lease.ts';
import type { ForwardState } from './forward-state.ts';

/** When the next automatic try is due, in monotonic ms; null: none is planned. */
export function nextRetryAt(
  { situation, cause }: ForwardState,
  { down, nextTryAt }: Pick<TransportLease, 'down' | 'nextTryAt'>,
): number | null {
  switch (situation.phase) {
    case 'retrying':
      return situation.retryAt;
    case 'failed':
    case 'waiting': {
      // A service that waits for something else, such as the network, does not depend on the transport.
      const isTransportDown = down !== null && cause?.triggers.includes('transport-up') === true;
      return isTransportDown ? nextTryAt : situation.recheckAt;
    }
    case 'up':
      return situation.replacement.kind === 'scheduled' ? situation.replacement.retryAt : null;
    case 'off':
    case 'idle':
    case 'connecting':
    case 'stopping':
      return null;
  }
}
