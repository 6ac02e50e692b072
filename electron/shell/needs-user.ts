import type { Cause } from '../../shared/failure.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { isInOrder } from '../../shared/service-tone.ts';

/**
 * Whether a service needs the user: only the user can fix the cause, or all quick tries are used up. This stays so while
 * LocalPort checks again, until the service works. A service that is waiting for its cluster or ssh host may also need the
 * user, for example to connect a VPN. One that is waiting for the network or for the computer to wake does not.
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
