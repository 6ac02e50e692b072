/** By what this computer is in a network, and when that is another one. Pure. */
import { stableAddress } from './stable-address.ts';

/** How packets to the rest of the world leave this computer, for IPv4 or IPv6. */
export interface WayOut {
  /** The address that they carry. */
  readonly source: string;
  /**
   * `eth0 0101a8c0`: interface and gateway of the default route. `en0`: the interface alone, where the system tells no more.
   * null: neither is known.
   */
  readonly gateway: string | null;
}

export interface NetworkState {
  readonly ipv4: WayOut | null;
  readonly ipv6: WayOut | null;
  /** `networkAddresses`: by them others are reached, though it be without a default route. */
  readonly addresses: readonly string[];
}

export const noNetwork: NetworkState = { ipv4: null, ipv6: null, addresses: [] };

const hasWayOut = ({ ipv4, ipv6 }: NetworkState): boolean => ipv4 !== null || ipv6 !== null;

/** Whether anything but this computer can be reached. */
export const isConnected = (state: NetworkState): boolean => hasWayOut(state) || state.addresses.length > 0;

/**
 * The way out decides: containers, other interfaces and their addresses come and go without effect. Only where there is
 * no way out, in a network without a gateway, do the addresses decide.
 */
export function isSameNetwork(before: NetworkState, after: NetworkState): boolean {
  if (hasWayOut(before) || hasWayOut(after))
    return isSameWay(before.ipv4, after.ipv4) && isSameWay(before.ipv6, after.ipv6);
  return stableAddresses(before).join('\n') === stableAddresses(after).join('\n');
}

/**
 * Whether connections of the one are lost in the other. A way out that appears, or that is gone for a moment, is not
 * enough: the connections of the other family live on, and its own may come back with it.
 */
export function hasMoved(known: NetworkState, seen: NetworkState): boolean {
  const families = [
    [known.ipv4, seen.ipv4],
    [known.ipv6, seen.ipv6],
  ] as const;
  const comparable = families.filter(([before, after]) => before !== null && after !== null);
  if (comparable.length > 0) return comparable.some(([before, after]) => !isSameWay(before, after));
  const kept = new Set(stableAddresses(known));
  return !stableAddresses(seen).some((address) => kept.has(address));
}

/** What is known after another look: a way out that is missing may be back soon, and is not forgotten. */
export const rememberNetwork = (known: NetworkState, seen: NetworkState): NetworkState => ({
  ipv4: seen.ipv4 ?? known.ipv4,
  ipv6: seen.ipv6 ?? known.ipv6,
  addresses: seen.addresses,
});

const isSameWay = (before: WayOut | null, after: WayOut | null): boolean =>
  before === null || after === null
    ? before === after
    : before.gateway === after.gateway && stableAddress(before.source) === stableAddress(after.source);

/** Of `en0 10.0.0.4/24` and the like, sorted. */
const stableAddresses = ({ addresses }: NetworkState): readonly string[] => {
  const stable = addresses.map((entry) => {
    const [name = '', address = ''] = entry.split(' ');
    return `${name} ${stableAddress(address.replace(/\/\d+$/, ''))}`;
  });
  return [...new Set(stable)].sort();
};
