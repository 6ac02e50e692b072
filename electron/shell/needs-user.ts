import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';

/**
 * Whether a service has stopped helping itself: its cause can only be mended by the user, or all its tries are used up,
 * be it that no tunnel comes up or that the one that is up stays unhealthy. One that waits for the network or for the
 * computer to wake does not need anybody.
 */
export function needsUser({
  desired,
  phase,
  health,
  cause,
  exhausted,
}: Pick<ServiceSnapshot, 'desired' | 'phase' | 'health' | 'cause' | 'exhausted'>): boolean {
  if (desired === 'off' || cause === null) return false;
  if (phase === 'failed' || cause.recovery === 'user') return true;
  if (!exhausted || cause.recovery !== 'backoff') return false;
  return phase === 'waiting' || (phase === 'up' && health === 'unhealthy');
}
