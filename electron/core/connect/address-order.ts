/** In which order the addresses of a name are tried (RFC 8305, section 4): pure. */
import { isIPv6 } from 'node:net';

/** Keeps the system's order within each family, alternates between the families, starts with the system's favorite. */
export function orderAddresses(addresses: readonly string[], maxAddresses: number): readonly string[] {
  const unique = [...new Set(addresses)];
  const [favorite] = unique;
  if (favorite === undefined) return [];
  const isFirstFamily = (address: string): boolean => isIPv6(address) === isIPv6(favorite);
  const first = unique.filter(isFirstFamily);
  const second = unique.filter((address) => !isFirstFamily(address));
  const rounds = Array.from({ length: Math.max(first.length, second.length) }, (_, index) => index);
  return rounds
    .flatMap((index) => [...first.slice(index, index + 1), ...second.slice(index, index + 1)])
    .slice(0, maxAddresses);
}
