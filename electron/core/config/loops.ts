/**
 * Services that lead to themselves, directly or in a ring through others: one client would be relayed until no descriptor is
 * left. Told by what the config says; a name that only resolves to this machine is not looked up. Pure.
 */
import { BlockList, isIP } from 'node:net';

/** A service of which both ends are known. */
export interface LoopCandidate {
  readonly name: string;
  readonly localPort: number;
  /** The port of this machine that it leads to; null: elsewhere. */
  readonly leadsTo: number | null;
}

/** Whether a name or address means the machine itself, on the loopback interface, however it is spelled. */
export function isLoopback(host: string): boolean {
  const plain = plainHost(host);
  if (plain === 'localhost' || plain.endsWith('.localhost')) return true;
  const address = plain.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** As a URL writes it: `127.1`, `0x7f.1` and `::ffff:7f00:1` are other spellings of one address (WHATWG URL, host parsing). */
function plainHost(host: string): string {
  const withoutZone = host.replace(/^\[|\]$|%.*$/g, '').replace(/\.$/, '');
  const url = `http://${withoutZone.includes(':') ? `[${withoutZone}]` : withoutZone}`;
  return URL.canParse(url) ? new URL(url).hostname : withoutZone.toLowerCase();
}

/** The unspecified address leads here too. */
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('0.0.0.0');
loopback.addAddress('::1', 'ipv6');
loopback.addAddress('::', 'ipv6');

/** For each candidate the names on the way back to it, its own last; null where the way does not come back. */
export function findLoops(candidates: readonly LoopCandidate[]): readonly (readonly string[] | null)[] {
  const byPort = new Map(candidates.map((candidate) => [candidate.localPort, candidate]));
  return candidates.map((start) => {
    const way: string[] = [];
    let next = start.leadsTo;
    while (next !== null && way.length < candidates.length) {
      const at = byPort.get(next);
      if (at === undefined) return null;
      way.push(at.name);
      if (at === start) return way;
      next = at.leadsTo;
    }
    return null;
  });
}
