/**
 * A service's state reduced to one tone, for a quick glance. A separate file without the schemas: otherwise the popover's
 * bundle would include zod, twice the size of React, for a few small functions.
 *
 * 1. Green requires proof: `up` means that a check has passed through this very tunnel. While the tunnel is running but not
 *    proven, the service is `checking`. If the tunnel is proven but the target has not been tried, it is `ready`: it counts as up.
 *    So is a service on demand that no client uses.
 * 2. A service in trouble stays in trouble while it retries: in `connecting`, and with a new tunnel that is not proven yet.
 *    This keeps the row from flapping.
 * 3. The first quick reconnect after a tunnel ended is `working`, not `trouble`.
 */
import type { Cause, CauseCode } from './failure.ts';
import { assertNever } from './result.ts';
import type { ServiceSnapshot } from './service-snapshot.ts';

/** The state of one service as shown on its row and in the tray. */
export type Tone = 'up' | 'ready' | 'checking' | 'working' | 'trouble' | 'off';

type ToneFacts = Pick<ServiceSnapshot, 'phase' | 'health' | 'cause' | 'attempt'>;

/** From this many consecutive failures on, a retry no longer counts as a quick reconnect. */
const troubledFromAttempt = 2;

/** Reduces the facts to one tone; the snapshot keeps them separate. */
export function toneOf(service: ToneFacts): Tone {
  switch (service.phase) {
    case 'off':
      return 'off';
    case 'idle':
      return 'ready';
    case 'stopping':
      return 'working';
    case 'connecting':
      return staysInTrouble(service) ? 'trouble' : 'working';
    case 'up':
      return toneOfTunnel(service);
    case 'waiting':
      return service.cause !== null && recoversUnaided(service.cause) ? 'working' : 'trouble';
    case 'retrying':
    case 'failed':
      return 'trouble';
    default:
      return assertNever(service.phase, 'phase');
  }
}

function toneOfTunnel(service: ToneFacts): Tone {
  switch (service.health) {
    case 'healthy':
      return 'up';
    case 'ready':
      return 'ready';
    case 'unhealthy':
      return 'trouble';
    case 'unknown':
      return staysInTrouble(service) ? 'trouble' : 'checking';
    default:
      return assertNever(service.health, 'health');
  }
}

/** Found by a check through a running tunnel: a service with such a cause was unhealthy a moment ago. */
const foundByChecks: ReadonlySet<CauseCode> = new Set(['check-failed', 'target-refused']);

/** The cause of the previous failures, which a retry has to disprove. */
const staysInTrouble = ({ cause, attempt }: ToneFacts): boolean =>
  cause !== null &&
  (cause.recovery === 'user' || foundByChecks.has(cause.code) || attempt >= troubledFromAttempt);

/** It waits for the network or for wake: nothing is wrong, and there is nothing to do. A cluster that is down may need both. */
const recoversUnaided = ({ recovery, triggers }: Cause): boolean =>
  recovery === 'trigger' && !triggers.includes('transport-up');

/** Nothing left to wait for: proven, ready, or idle until a client needs it. */
export const isInOrder = ({ phase, health }: Pick<ServiceSnapshot, 'phase' | 'health'>): boolean =>
  phase === 'idle' || (phase === 'up' && (health === 'healthy' || health === 'ready'));

export interface SnapshotCounts {
  readonly total: number;
  readonly wanted: number;
  /** In order: proven, ready, or idle. */
  readonly up: number;
  /** The tunnel is running but not proven yet. */
  readonly checking: number;
  readonly working: number;
  /** Of those working, the ones that are being turned off. */
  readonly stopping: number;
  readonly trouble: number;
}

/** All counts that LocalPort shows come from here. */
export function countServices(
  services: readonly (ToneFacts & Pick<ServiceSnapshot, 'desired'>)[],
): SnapshotCounts {
  const tones = services.map(toneOf);
  const count = (tone: Tone): number => tones.filter((t) => t === tone).length;
  return {
    total: services.length,
    wanted: services.filter((s) => s.desired === 'on').length,
    up: count('up') + count('ready'),
    checking: count('checking'),
    working: count('working'),
    stopping: services.filter((s) => s.desired === 'off' && toneOf(s) === 'working').length,
    trouble: count('trouble'),
  };
}

/** `12 of 14 up, 1 checking`: out of the services that are turned on; `all off` if none is. */
export function upOfWanted({ total, up, wanted, checking }: SnapshotCounts): string {
  if (wanted === 0) return total === 0 ? 'none' : total === 1 ? 'off' : 'all off';
  return `${up} of ${wanted} up${checking === 0 ? '' : `, ${checking} checking`}`;
}

/**
 * The tray's overall state: trouble takes precedence over working, working over checking, checking over up, up over ready;
 * off only if all services are turned off.
 */
export function overallTone(services: readonly ServiceSnapshot[]): Tone {
  const counts = countServices(services);
  if (counts.trouble > 0) return 'trouble';
  if (counts.working > 0) return 'working';
  if (counts.checking > 0) return 'checking';
  if (counts.up === 0) return 'off';
  return services.some((service) => toneOf(service) === 'up') ? 'up' : 'ready';
}

/** The symbols that a terminal prints; the popover draws the same shapes. */
export const toneShapes: Readonly<Record<Tone, string>> = {
  up: '●',
  ready: '◌',
  checking: '◌',
  working: '◐',
  trouble: '▲',
  off: '○',
};
