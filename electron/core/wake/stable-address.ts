/**
 * The part of an address that stays the same within a network. Privacy addresses (RFC 8981) change every day within the network's
 * /64, on macOS also after a wake and with router advertisements, so only the /64 of an IPv6 address counts.
 */
export const stableAddress = (address: string): string =>
  address.includes(':') ? `${firstGroups(address).join(':')}::/64` : address;

/** The first four groups of an IPv6 address (RFC 4291, 2.2), without leading zeros. */
function firstGroups(address: string): readonly string[] {
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  // A dotted quad at the end stands for two groups.
  const written = before.length + after.length + (address.includes('.') ? 1 : 0);
  const zeros = Array.from({ length: tail === undefined ? 0 : Math.max(0, 8 - written) }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
}
