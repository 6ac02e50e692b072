/**
 * Services that lead to themselves, directly or in a ring through others: one client would be relayed until no descriptor is
 * left. Told by what the config says; a name that only resolves to this machine is not looked up. Pure.
 */
import { isIP } from 'node:net';

/** A service of which both ends are known. */
export interface LoopCandidate {
  readonly name: string;
  readonly localPort: number;
  /** The port of this machine that it leads to; null: elsewhere. */
  readonly leadsTo: number | null;
}

/** Whether a name or address means the machine itself, on the loopback interface. */
export function isLoopback(host: string): boolean {
  const plain = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (plain === 'localhost' || plain.endsWith('.localhost')) return true;
  if (isIP(plain) === 4) return plain.startsWith('127.') || plain === '0.0.0.0';
  if (isIP(plain) === 6) return /^(?:(?:0{0,4}:){1,7}(?:0{0,3}1|0{0,4})|::(?:ffff:)?127\..*)$/.test(plain);
  return false;
}

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
