import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';

/**
 * Whether a service has stopped helping itself: its cause can only be mended by the user, or all its tries are used up.
 * One that waits for the network or for the computer to wake does not need anybody.
 */
export function needsUser(service: Pick<ServiceSnapshot, 'desired' | 'phase' | 'cause'>): boolean {
  if (service.desired === 'off' || service.cause === null) return false;
  if (service.phase === 'failed' || service.cause.recovery === 'user') return true;
  return service.phase === 'waiting' && service.cause.recovery === 'backoff';
}
