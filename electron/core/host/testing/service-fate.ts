/** What a reload did to one service, judged from outside by what was seen before and after it. */
import type { ServiceSnapshot } from '../../../../shared/service-snapshot.ts';
import type { NumberedStream } from './numbered-stream.ts';

export type Fate =
  /** The very same tunnel and port, not even checked anew, never anything but up; its connection continues. */
  | 'untouched'
  /** The same, but its check began anew. */
  | 'checked anew'
  /** A new tunnel behind the same port, without a moment between the two; the connection continues through the old one. */
  | 'replaced'
  /** Off is what it was and is. */
  | 'still off'
  /** Its connection has ended, for these: the port is no longer its own. */
  | 'moved'
  | 'gone'
  | 'switched off'
  | 'added'
  | 'switched on'
  /** It cannot run as the file wants it now. What was connected continues through the old tunnel. */
  | 'failed'
  | 'fixed';

export interface Sighting {
  readonly service: ServiceSnapshot;
  /** Connections that its far end has taken so far: clients, checks, tries. */
  readonly taken: number;
}

export interface Observation {
  readonly before: Sighting | undefined;
  readonly after: Sighting | undefined;
  /** Held open through it since before the reload; undefined where nothing could be opened. */
  readonly stream: NumberedStream | undefined;
  /** Every phase that was shown since. */
  readonly phases: ReadonlySet<string>;
}

/** A Fate, or the facts in words where they make none. */
export function fateOf({ before, after, stream, phases }: Observation): string {
  const goesOn = stream !== undefined && stream.fault === null;
  const hasEnded = stream !== undefined && stream.fault !== null;
  const was = before?.service;
  const is = after?.service;
  const facts = `${describe(before)} → ${describe(after)}, ${[...phases].join(' ')}, ${stream === undefined ? 'no connection' : (stream.fault ?? 'connected')}`;
  if (is === undefined) return was !== undefined && hasEnded ? 'gone' : facts;
  if (was === undefined) return isWell(is) && is.restarts === 0 ? 'added' : facts;
  if (was.phase === 'off') return is.phase === 'off' ? 'still off' : isWell(is) ? 'switched on' : facts;
  if (is.phase === 'off') return hasEnded ? 'switched off' : facts;
  if (hasFailed(was)) return isWell(is) ? 'fixed' : facts;
  if (hasFailed(is)) return goesOn ? 'failed' : facts;
  if (!isWell(is)) return facts;
  if (is.localPort !== was.localPort) return hasEnded && is.restarts === 0 ? 'moved' : facts;
  if (!goesOn || [...phases].some((phase) => phase !== 'up')) return facts;
  if (is.addresses.join() !== was.addresses.join()) return facts;
  // Forwards on one ssh share its process.
  const mayKeepProcess = is.technology === 'ssh' || is.pid === null;
  if (is.restarts === was.restarts + 1) return mayKeepProcess || is.pid !== was.pid ? 'replaced' : facts;
  if (is.restarts !== was.restarts || is.pid !== was.pid || is.since !== was.since) return facts;
  const checks = (after?.taken ?? 0) - (before?.taken ?? 0);
  return checks === 0 ? 'untouched' : checks === 1 ? 'checked anew' : facts;
}

export const isWell = ({ phase, health, attempt }: ServiceSnapshot): boolean =>
  phase === 'up' && health === 'healthy' && attempt === 0;

/** It does not run, for a reason that is told. */
export const hasFailed = ({ phase, cause }: ServiceSnapshot): boolean => phase !== 'up' && cause !== null;

function describe(sighting: Sighting | undefined): string {
  if (sighting === undefined) return 'not there';
  const { phase, health, restarts, attempt, pid, localPort, cause } = sighting.service;
  return `${phase} ${health} at ${localPort} (${cause?.code ?? 'no cause'}, pid ${pid}, restarts ${restarts}, attempt ${attempt}, taken ${sighting.taken})`;
}
