/**
 * The one shape a glance needs, folded from the four facts of a service. A file of its own, free of the schemas: the
 * popover's bundle would otherwise carry zod, twice React's size, for three small functions.
 */
import type { ServiceSnapshot } from './service-snapshot.ts';

/** The state of one service as its row and the tray show it. */
export type Tone = 'up' | 'working' | 'trouble' | 'off';

/** Folds the four facts into the one shape a glance needs; the facts themselves stay apart. */
export function toneOf(service: Pick<ServiceSnapshot, 'phase' | 'health' | 'cause'>): Tone {
  switch (service.phase) {
    case 'off':
      return 'off';
    case 'stopping':
    case 'connecting':
      return service.cause === null ? 'working' : service.cause.recovery === 'user' ? 'trouble' : 'working';
    case 'up':
      return service.health === 'unhealthy' ? 'trouble' : 'up';
    case 'waiting':
      return waitsForTheComputer(service.cause) ? 'working' : 'trouble';
    case 'retrying':
    case 'failed':
      return 'trouble';
  }
}

/** For its network or its wake: nothing is wrong out there. A cluster or a host that is down is a trouble. */
const waitsForTheComputer = (cause: ServiceSnapshot['cause']): boolean =>
  cause?.recovery === 'trigger' && !cause.triggers.includes('route');

export interface SnapshotCounts {
  readonly total: number;
  readonly wanted: number;
  readonly up: number;
  readonly working: number;
  readonly trouble: number;
}

export function countServices(
  services: readonly Pick<ServiceSnapshot, 'desired' | 'phase' | 'health' | 'cause'>[],
): SnapshotCounts {
  const tones = services.map(toneOf);
  const count = (tone: Tone): number => tones.filter((t) => t === tone).length;
  return {
    total: services.length,
    wanted: services.filter((s) => s.desired === 'on').length,
    up: count('up'),
    working: count('working'),
    trouble: count('trouble'),
  };
}

/** The tray's one state: trouble wins over working, working over well; off only when nothing is wanted. */
export function overallTone(services: readonly ServiceSnapshot[]): Tone {
  const counts = countServices(services);
  if (counts.trouble > 0) return 'trouble';
  if (counts.working > 0) return 'working';
  return counts.up > 0 ? 'up' : 'off';
}
