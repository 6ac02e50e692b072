/**
 * Services that lead to themselves, directly or in a loop through others: one client would be relayed until no descriptors are
 * left. Judged by the config alone; a name that resolves to this machine is not looked up. Pure.
 */
import { BlockList, isIP } from 'node:net';
import {
  hostsOf,
  parseBindAddress,
  type BindAddress,
  type ListenAddress,
} from '../../../shared/bind-address.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';

/** A service whose two ends are known. */
export interface LoopCandidate extends ListenAddress {
  readonly name: string;
  /** The target of its clients' connections; null: not known. */
  readonly leadsTo: LoopTarget | null;
}

export interface LoopTarget {
  readonly host: string;
  readonly port: number;
}

/** Only tcp connects from this machine. For others it is unknown: an ssh server at 127.0.0.1 may belong to a virtual machine. */
export const loopCandidate = ({ name, bind, localPort, connection }: ServiceSpec): LoopCandidate => ({
  name,
  bind,
  localPort,
  leadsTo: connection.technology === 'tcp' ? { host: connection.host, port: connection.remotePort } : null,
});

/** Whether a name or address in any spelling means this machine, on the loopback interface. */
export const isLoopback = (host: string): boolean => arrivalsOf(host).some(isLoopbackAddress);

/** The local addresses where a connection to this host arrives; none if they are not known. */
function arrivalsOf(host: string): readonly string[] {
  const plain = plainHost(host);
  if (plain === 'localhost' || plain.endsWith('.localhost')) return hostsOf(null);
  const address = parseBindAddress(plain) ?? '';
  // The unspecified address leads to this machine too.
  if (address === '0.0.0.0') return ['127.0.0.1'];
  if (address === '::') return hostsOf(null);
  return isIP(address) === 0 ? [] : [address];
}

/** In the form of a URL: `127.1`, `0x7f.1` and `::ffff:7f00:1` are spellings of one address (WHATWG URL, host parsing). */
function plainHost(host: string): string {
  const withoutZone = host.replace(/^\[|\]$|%.*$/g, '').replace(/\.$/, '');
  const url = `http://${withoutZone.includes(':') ? `[${withoutZone}]` : withoutZone}`;
  return URL.canParse(url) ? new URL(url).hostname : withoutZone.toLowerCase();
}

const isLoopbackAddress = (address: string): boolean =>
  loopback.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Whether a service with this bind address accepts connections that arrive at `address`. */
function takes(bind: BindAddress, address: string): boolean {
  if (bind === '0.0.0.0') return isIP(address) === 4 && isLoopbackAddress(address);
  if (bind === '::') return isLoopbackAddress(address);
  return hostsOf(bind).includes(address);
}

/** For each candidate the names on the shortest path back to it, its own last; null: there is no such path. */
export function findLoops(candidates: readonly LoopCandidate[]): readonly (readonly string[] | null)[] {
  const byPort = new Map<number, LoopCandidate[]>();
  for (const candidate of candidates) {
    const sharing = byPort.get(candidate.localPort);
    if (sharing === undefined) byPort.set(candidate.localPort, [candidate]);
    else sharing.push(candidate);
  }
  // Services that share a port are not on at the same time, but any of them may be.
  const destinations = new Map<string, Destination>();
  const destinationOf = ({ leadsTo }: LoopCandidate): Destination => {
    if (leadsTo === null) return nowhere;
    const sharing = byPort.get(leadsTo.port);
    if (sharing === undefined) return nowhere;
    const key = `${leadsTo.host} ${leadsTo.port}`;
    const known = destinations.get(key);
    if (known !== undefined) return known;
    const arrivals = arrivalsOf(leadsTo.host);
    const takers = sharing.filter(({ bind }) => arrivals.some((address) => takes(bind, address)));
    const destination = { takers };
    destinations.set(key, destination);
    return destination;
  };
  const nextOf = new Map(candidates.map((candidate) => [candidate, destinationOf(candidate)]));
  return candidates.map((start) => loopFrom(start, nextOf));
}

/** An address and port, and the services that accept connections there. */
interface Destination {
  readonly takers: readonly LoopCandidate[];
}

const nowhere: Destination = { takers: [] };

/** Visits each destination once: a thousand services that lead to one port, shared by a thousand others, have a million paths. */
function loopFrom(
  start: LoopCandidate,
  nextOf: ReadonlyMap<LoopCandidate, Destination>,
): readonly string[] | null {
  const seen = new Set<Destination>();
  const cameFrom = new Map<LoopCandidate, LoopCandidate>();
  const reached = [start];
  for (const at of reached) {
    const destination = nextOf.get(at) ?? nowhere;
    if (seen.has(destination)) continue;
    seen.add(destination);
    for (const next of destination.takers) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, at);
      if (next === start) return namesInLoop(start, cameFrom);
      reached.push(next);
    }
  }
  return null;
}

function namesInLoop(
  start: LoopCandidate,
  cameFrom: ReadonlyMap<LoopCandidate, LoopCandidate>,
): readonly string[] {
  const names = [start.name];
  for (let at = cameFrom.get(start); at !== undefined && at !== start; at = cameFrom.get(at))
    names.push(at.name);
  return names.reverse();
}
