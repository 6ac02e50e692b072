import type { Cause } from '../../shared/failure.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { isInOrder } from '../../shared/service-tone.ts';

/**
 * Whether a service needs somebody: only the user can fix its cause, or all its quick tries are used up. It goes on to need
 * them while LocalPort checks again, until it is in order. One that waits for its cluster or ssh host may need somebody too:
 * the VPN, say. One that waits for the network or for the computer to wake does not.
 */
export function needsUser({
  desired,
  phase,
  health,
  cause,
  exhausted,
}: Pick<ServiceSnapshot, 'desired' | 'phase' | 'health' | 'cause' | 'exhausted'>): boolean {
  if (desired === 'off' || cause === null || isInOrder({ phase, health })) return false;
  if (phase === 'failed' || cause.recovery === 'user' || waitsForTransport(cause)) return true;
  return exhausted && cause.recovery === 'backoff';
}

export const waitsForTransport = ({ recovery, triggers }: Cause): boolean =>
  recovery !== 'user' && triggers.includes('transport-up');
