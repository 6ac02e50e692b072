/** The effect of a reload on one service, judged from outside by its state before and after. */
import type { ServiceSnapshot } from '../../../../shared/service-snapshot.ts';
import type { NumberedStream } from './numbered-stream.ts';

export type Fate =
  /** The very same tunnel and port, always up, without a new check; its connection continues. */
  | 'untouched'
  /** The same, but its checks restarted. */
  | 'checked again'
  /** A new tunnel behind the same port, without a gap; the connection continues through the old one. */
  | 'replaced'
  /** Off before and after. */
  | 'still off'
  /** In the following cases its connection has ended: the port is no longer its own. */
  | 'moved'
  | 'gone'
  | 'switched off'
  | 'added'
  | 'switched on'
  /** It cannot run as the file now requires. Its connection continues through the old tunnel. */
  | 'failed'
  | 'fixed';

export interface Sighting {
  readonly service: ServiceSnapshot;
  /** Connections that its remote end has accepted so far: clients, checks, tries. */
  readonly taken: number;
}

export interface Observation {
  readonly before: Sighting | undefined;
  readonly after: Sighting | undefined;
  /** A connection through it since before the reload; undefined if none could be opened. */
  readonly stream: NumberedStream | undefined;
  /** Every phase seen since. */
  readonly phases: ReadonlySet<string>;
}

/** A Fate, or a description of the facts if they match none. */
export function fateOf({ before, after, stream, phases }: Observation): string {
  const goesOn = stream !== undefined && stream.fault === null;
  const hasEnded = stream !== undefined && stream.fault !== null;
  const was = before?.service;
  const is = after?.service;
  const facts = `${describe(before)} → ${describe(after)}, ${[...phases].join(' ')}, ${stream === undefined ? 'no connection' : (stream.fault ?? 'connected')}`;
  if (is === undefined) return was !== undefined && hasEnded ? 'gone' : facts;
  if (was === undefined) return isHealthy(is) && is.restarts === 0 ? 'added' : facts;
  if (was.phase === 'off') return is.phase === 'off' ? 'still off' : isHealthy(is) ? 'switched on' : facts;
  if (is.phase === 'off') return hasEnded ? 'switched off' : facts;
  if (hasFailed(was)) return isHealthy(is) ? 'fixed' : facts;
  if (hasFailed(is)) return goesOn ? 'failed' : facts;
  if (!isHealthy(is)) return facts;
  if (is.localPort !== was.localPort) return hasEnded && is.restarts === 0 ? 'moved' : facts;
  if (!goesOn || [...phases].some((phase) => phase !== 'up')) return facts;
  if (is.addresses.join() !== was.addresses.join()) return facts;
  // Forwards on one ssh share its process.
  const mayKeepProcess = is.technology === 'ssh' || is.pid === null;
  if (is.restarts === was.restarts + 1) return mayKeepProcess || is.pid !== was.pid ? 'replaced' : facts;
  if (is.restarts !== was.restarts || is.pid !== was.pid || is.since !== was.since) return facts;
  const checks = (after?.taken ?? 0) - (before?.taken ?? 0);
  return checks === 0 ? 'untouched' : checks === 1 ? 'checked again' : facts;
}

export const isHealthy = ({ phase, health, attempt }: ServiceSnapshot): boolean =>
  phase === 'up' && health === 'healthy' && attempt === 0;

/** The service is not running and reports a cause. */
export const hasFailed = ({ phase, cause }: ServiceSnapshot): boolean => phase !== 'up' && cause !== null;

function describe(sighting: Sighting | undefined): string {
  if (sighting === undefined) return 'not there';
  const { phase, health, restarts, attempt, pid, localPort, cause } = sighting.service;
  return `${phase} ${health} at ${localPort} (${cause?.code ?? 'no cause'}, pid ${pid}, restarts ${restarts}, attempt ${attempt}, taken ${sighting.taken})`;
}
