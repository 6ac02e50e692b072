/** Conflicts between entries of a config: a repeated name, a repeated port, a loop. */
import { serviceSchema, type RawConnection, type RawService } from '../../../shared/config-schema.ts';
import type { Findings } from './config-findings.ts';
import type { ConfigPath } from './config-problem.ts';
import { findLoops, type LoopCandidate } from './loops.ts';
import { findPortConflicts, type PortWish } from './port-conflicts.ts';
import { isReverseEntry } from './reverse-entry.ts';
import { valueAt } from './tree-path.ts';

export interface ValidService {
  readonly service: RawService;
  readonly connection: RawConnection;
}

export interface UnsetPlaces {
  readonly isAt: (path: ConfigPath) => boolean;
  /** Whether the service with this index needs an unset variable. */
  readonly keepsFromRunning: (index: number) => boolean;
}

export interface CheckedEntries {
  /** As written. */
  readonly entries: readonly unknown[];
  /** At the same indices; null if the entry itself has an error. */
  readonly services: readonly (ValidService | null)[];
}

export function checkTogether(
  findings: Findings,
  { entries, services }: CheckedEntries,
  unset: UnsetPlaces,
): void {
  reportRepeatedNames(findings, entries, unset);
  reportPortConflicts(findings, entries, unset);
  reportSharedSockets(findings, entries, unset);
  reportSharedListeners(findings, services, unset);
  reportLoops(findings, services, unset);
}

/** Also among services with other errors: the user wants to see all errors at once. */
function reportRepeatedNames(findings: Findings, services: readonly unknown[], unset: UnsetPlaces): void {
  const firstIndex = new Map<string, number>();
  for (const [index, service] of services.entries()) {
    const path = ['services', index, 'name'];
    const name = readKey(service, 'name');
    if (name === undefined || unset.isAt(path)) continue;
    const earlier = firstIndex.get(name);
    if (earlier === undefined) firstIndex.set(name, index);
    else reportTaken(findings, { path, value: JSON.stringify(name), earlier });
  }
}

function reportPortConflicts(findings: Findings, services: readonly unknown[], unset: UnsetPlaces): void {
  const wishes = services.flatMap((service, index): readonly PortWish[] => {
    const localPort = readKey(service, 'local_port');
    const bind = readKey(service, 'bind');
    const isKnown = (key: string): boolean => !unset.isAt(['services', index, key]);
    const isMeant =
      typeof localPort === 'number' && isKnown('local_port') && isKnown('bind') && !isReverseEntry(service);
    // A value that cannot be read is reported elsewhere.
    if (!isMeant || (bind === undefined && valueAt(service, ['bind']) !== undefined)) return [];
    const isEnabled = readKey(service, 'enabled') !== false;
    return [{ index, localPort, bind: bind ?? null, isEnabled }];
  });
  for (const { wish, holder } of findPortConflicts(wishes)) {
    const path = ['services', wish.index, 'local_port'];
    reportTaken(findings, {
      path,
      value: String(wish.localPort),
      earlier: holder.index,
      holder: readKey(services[holder.index], 'name'),
    });
  }
}

/** Compares spellings: if two services spell one socket differently, opening it fails for the second one. */
function reportSharedSockets(findings: Findings, services: readonly unknown[], unset: UnsetPlaces): void {
  const firstIndex = new Map<string, number>();
  for (const [index, service] of services.entries()) {
    const path = ['services', index, 'local_socket'];
    const socket = readKey(service, 'local_socket');
    if (socket === undefined || unset.isAt(path) || isReverseEntry(service)) continue;
    if (readKey(service, 'enabled') === false) continue;
    const earlier = firstIndex.get(socket);
    if (earlier === undefined) firstIndex.set(socket, index);
    else {
      const holder = readKey(services[earlier], 'name');
      reportTaken(findings, { path, value: JSON.stringify(socket), earlier, holder });
    }
  }
}

/** Two services cannot share one address on one server. Detected if the server is spelled the same; an alias may hide it. */
function reportSharedListeners(
  findings: Findings,
  services: readonly (ValidService | null)[],
  unset: UnsetPlaces,
): void {
  const firstIndex = new Map<string, number>();
  for (const [index, valid] of services.entries()) {
    if (valid === null || unset.keepsFromRunning(index) || valid.service.enabled === false) continue;
    const { service, connection: raw } = valid;
    if (raw.technology !== 'ssh' || !isReverseEntry({ ...service, connection: raw.connection })) continue;
    const {
      host,
      user,
      port,
      jump,
      remote_host: listenHost = 'localhost',
      remote_socket: inside,
    } = raw.connection;
    const socket = service.remote_socket ?? inside;
    const key = inside === undefined && socket === undefined ? ['remote_port'] : ['remote_socket'];
    const path = ['services', index, ...(inside === undefined ? [] : ['connection']), ...key];
    const value = socket === undefined ? String(service.remote_port) : JSON.stringify(socket);
    const place = JSON.stringify([host, user, port, jump, socket ?? [listenHost, service.remote_port]]);
    const earlier = firstIndex.get(place);
    if (earlier === undefined) firstIndex.set(place, index);
    else reportTaken(findings, { path, value, earlier, holder: services[earlier]?.service.name });
  }
}

interface TakenValue {
  readonly path: ConfigPath;
  readonly value: string;
  /** The index of the service that has the place. */
  readonly earlier: number;
  /** The name of that service, if it is more helpful than its index. */
  readonly holder?: string | undefined;
}

function reportTaken(findings: Findings, { path, value, earlier, holder }: TakenValue): void {
  findings.error(path, () => {
    const line = findings.lineOf(['services', earlier, ...path.slice(2)]);
    return holder === undefined
      ? `${value} is taken by services[${earlier}] in line ${line}`
      : `${value} is taken by ${holder} (services[${earlier}], line ${line})`;
  });
}

const readKey = <Key extends keyof RawService>(service: unknown, key: Key): RawService[Key] | undefined =>
  serviceSchema.out.shape[key].safeParse(valueAt(service, [key])).data as RawService[Key] | undefined;

function reportLoops(
  findings: Findings,
  services: readonly (ValidService | null)[],
  unset: UnsetPlaces,
): void {
  const known = services.flatMap((valid, index) =>
    valid === null || unset.keepsFromRunning(index) ? [] : [{ index, ...loopCandidate(valid) }],
  );
  for (const [place, loop] of findLoops(known).entries()) {
    const candidate = known[place];
    if (loop === null || candidate === undefined) continue;
    findings.error(['services', candidate.index, 'remote_port'], () =>
      describeLoop(candidate, loop.slice(0, -1)),
    );
  }
}

const maxShownNames = 5;

function describeLoop({ localPort }: LoopCandidate, through: readonly string[]): string {
  if (through.length === 0) return `leads back to this service's own local_port ${localPort}`;
  const more = through.length > maxShownNames ? ` and ${through.length - maxShownNames} more` : '';
  return `leads back to this service through ${through.slice(0, maxShownNames).join(', ')}${more}`;
}

/** Only tcp connects from this machine. For others it is unknown: an ssh server at 127.0.0.1 may belong to a virtual machine. */
function loopCandidate({ service, connection: raw }: ValidService): LoopCandidate {
  const { name, local_port: wanted, bind = null, remote_port: port } = service;
  // A port that is chosen automatically is never the configured target of a service.
  const localPort =
    typeof wanted === 'number' && !isReverseEntry({ ...service, connection: raw.connection }) ? wanted : 0;
  const isKnown = raw.technology === 'tcp' && typeof port === 'number';
  return { name, localPort, bind, leadsTo: isKnown ? { host: raw.connection.host, port } : null };
}
