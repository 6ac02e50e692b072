/**
 * Services that lead to themselves, directly or in a ring through others: one client would be relayed until no descriptor is
 * left. Told by what the config says; a name that only resolves to this machine is not looked up. Pure.
 */
import { BlockList, isIP } from 'node:net';
import {
  hostsOf,
  parseBindAddress,
  type BindAddress,
  type LocalPlace,
} from '../../../shared/bind-address.ts';

/** A service of which both ends are known. */
export interface LoopCandidate extends LocalPlace {
  readonly name: string;
  /** Where its clients' connections go; null: not known. */
  readonly leadsTo: LoopTarget | null;
}

export interface LoopTarget {
  readonly host: string;
  readonly port: number;
}

/** Whether a name or address means the machine itself, on the loopback interface, however it is spelled. */
export const isLoopback = (host: string): boolean => arrivalsOf(host).some(isLoopbackAddress);

/** The addresses that a connection to this host arrives at; none where they are not known. */
function arrivalsOf(host: string): readonly string[] {
  const plain = plainHost(host);
  if (plain === 'localhost' || plain.endsWith('.localhost')) return hostsOf(null);
  const address = parseBindAddress(plain) ?? '';
  // The unspecified address leads here too.
  if (address === '0.0.0.0') return ['127.0.0.1'];
  if (address === '::') return hostsOf(null);
  return isIP(address) === 0 ? [] : [address];
}

/** As a URL writes it: `127.1`, `0x7f.1` and `::ffff:7f00:1` are other spellings of one address (WHATWG URL, host parsing). */
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

/** Whether a service that is open there takes what arrives at this address. */
function takes(bind: BindAddress, address: string): boolean {
  if (bind === '0.0.0.0') return isIP(address) === 4 && isLoopbackAddress(address);
  if (bind === '::') return isLoopbackAddress(address);
  return hostsOf(bind).includes(address);
}

function leadsInto({ host, port }: LoopTarget, { bind, localPort }: LocalPlace): boolean {
  return port === localPort && arrivalsOf(host).some((address) => takes(bind, address));
}

/** For each candidate the names on the shortest way back to it, its own last; null where no way comes back. */
export function findLoops(candidates: readonly LoopCandidate[]): readonly (readonly string[] | null)[] {
  const byPort = new Map<number, LoopCandidate[]>();
  for (const candidate of candidates) {
    const sharing = byPort.get(candidate.localPort) ?? [];
    byPort.set(candidate.localPort, [...sharing, candidate]);
  }
  // Services that share a port are not on at the same time, but each of them may be.
  const nextOf = new Map(
    candidates.map((candidate) => {
      const { leadsTo } = candidate;
      const there = leadsTo === null ? [] : (byPort.get(leadsTo.port) ?? []);
      return [candidate, there.filter((next) => leadsTo !== null && leadsInto(leadsTo, next))];
    }),
  );
  return candidates.map((start) => wayBack(start, nextOf));
}

function wayBack(
  start: LoopCandidate,
  nextOf: ReadonlyMap<LoopCandidate, readonly LoopCandidate[]>,
): readonly string[] | null {
  const seen = new Set<LoopCandidate>();
  const ways: { readonly at: LoopCandidate; readonly names: readonly string[] }[] = [
    { at: start, names: [] },
  ];
  for (const { at, names } of ways) {
    for (const next of nextOf.get(at) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      const way = [...names, next.name];
      if (next === start) return way;
      ways.push({ at: next, names: way });
    }
  }
  return null;
}
