/** The order in which the addresses of a name are tried (RFC 8305, section 4). Pure. */
import { isIPv6 } from 'node:net';

/**
 * Keeps the system's order within each family, alternates between the families, and starts with the system's first
 * address.
 */
export function orderAddresses(addresses: readonly string[], maxAddresses: number): readonly string[] {
  const unique = [...new Set(addresses)];
  const [preferred] = unique;
  if (preferred === undefined) return [];
  const isFirstFamily = (address: string): boolean => isIPv6(address) === isIPv6(preferred);
  const first = unique.filter(isFirstFamily);
  const second = unique.filter((address) => !isFirstFamily(address));
  const rounds = Array.from({ length: Math.max(first.length, second.length) }, (_, index) => index);
  return rounds
    .flatMap((index) => [...first.slice(index, index + 1), ...second.slice(index, index + 1)])
    .slice(0, maxAddresses);
}
