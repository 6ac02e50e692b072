import type { TransportLease } from '../transport/transport-lease.ts';
import type { ForwardState } from './forward-state.ts';

/** When something is tried again by itself; null: no try is planned. Monotonic, in ms. */
export function nextRetryAt(
  { situation, cause }: ForwardState,
  { down, nextTryAt }: Pick<TransportLease, 'down' | 'nextTryAt'>,
): number | null {
  switch (situation.phase) {
    case 'retrying':
      return situation.retryAt;
    case 'failed':
    case 'waiting': {
      // What waits for something else, the network say, is not released by the transport.
      const isTransportDown = down !== null && cause?.triggers.includes('transport-up') === true;
      return isTransportDown ? nextTryAt : situation.recheckAt;
    }
    case 'up':
      return situation.replacement.kind === 'scheduled' ? situation.replacement.retryAt : null;
    case 'off':
    case 'connecting':
    case 'stopping':
      return null;
  }
}
