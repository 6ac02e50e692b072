/**
 * The one shape a glance needs, folded from the facts of a service. A file of its own, free of the schemas: the
 * popover's bundle would otherwise carry zod, twice React's size, for a few small functions.
 *
 * 1. Green is earned: `up` means that a check has passed through this very tunnel. One that runs and is not proven is
 *    `checking`. One whose tunnel is proven and whose target nobody has tried is `ready`: it counts as up.
 * 2. A service in trouble stays in trouble while it retries: in `connecting`, and in a new tunnel that is not proven yet.
 *    So a row does not flap.
 * 3. The first quick reconnect of a tunnel that ended is work, not trouble.
 */
import type { Cause, CauseCode } from './failure.ts';
import { assertNever } from './result.ts';
import type { ServiceSnapshot } from './service-snapshot.ts';

/** The state of one service as its row and the tray show it. */
export type Tone = 'up' | 'ready' | 'checking' | 'working' | 'trouble' | 'off';

type ToneFacts = Pick<ServiceSnapshot, 'phase' | 'health' | 'cause' | 'attempt'>;

/** From this many failures in a row on, another try is no quick reconnect any more. */
const troubledFromAttempt = 2;

/** Folds the facts into the one shape a glance needs; the facts themselves stay apart. */
export function toneOf(service: ToneFacts): Tone {
  switch (service.phase) {
    case 'off':
      return 'off';
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

/** What a check found of a tunnel that runs: a service with such a cause was unhealthy a moment ago. */
const foundByChecks: ReadonlySet<CauseCode> = new Set(['check-failed', 'target-refused']);

/** What a try has to disprove: the cause of the failures before it. */
const staysInTrouble = ({ cause, attempt }: ToneFacts): boolean =>
  cause !== null &&
  (cause.recovery === 'user' || foundByChecks.has(cause.code) || attempt >= troubledFromAttempt);

/** It waits for the network or the wake: nothing is wrong, and nothing is to be done. A cluster that is away may be both. */
const recoversUnaided = ({ recovery, triggers }: Cause): boolean =>
  recovery === 'trigger' && !triggers.includes('transport-up');

/** Nothing is left to wait for: proven, or ready. */
export const isInOrder = ({ phase, health }: Pick<ServiceSnapshot, 'phase' | 'health'>): boolean =>
  phase === 'up' && (health === 'healthy' || health === 'ready');

export interface SnapshotCounts {
  readonly total: number;
  readonly wanted: number;
  /** Proven, or ready. */
  readonly up: number;
  /** Their tunnel runs and is not proven yet. */
  readonly checking: number;
  readonly working: number;
  readonly trouble: number;
}

/** Every count that LocalPort shows comes from here. */
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
    trouble: count('trouble'),
  };
}

/** `12 of 14 up, 1 checking`: of those that are wanted; what is off is not missing. */
export const upOfWanted = ({ up, wanted, checking }: SnapshotCounts): string =>
  `${up} of ${wanted} up${checking === 0 ? '' : `, ${checking} checking`}`;

/**
 * The tray's one state: trouble wins over working, working over checking, checking over up, up over ready; off only when
 * nothing is wanted.
 */
export function overallTone(services: readonly ServiceSnapshot[]): Tone {
  const counts = countServices(services);
  if (counts.trouble > 0) return 'trouble';
  if (counts.working > 0) return 'working';
  if (counts.checking > 0) return 'checking';
  if (counts.up === 0) return 'off';
  return services.some((service) => toneOf(service) === 'up') ? 'up' : 'ready';
}

/** The popover draws the same shapes; a terminal prints them. */
export const toneShapes: Readonly<Record<Tone, string>> = {
  up: '●',
  ready: '◌',
  checking: '◌',
  working: '◐',
  trouble: '▲',
  off: '○',
};
