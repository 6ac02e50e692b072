/** The network that this computer is in, and how to tell it from another. Pure. */
import { stableAddress } from './stable-address.ts';

/** The default route of this computer, for IPv4 or IPv6. */
export interface DefaultRoute {
  /** The source address of packets. */
  readonly source: string;
  /**
   * `eth0 0101a8c0`: interface and gateway of the default route. `en0`: the interface alone, if the system reveals no more.
   * null: neither is known.
   */
  readonly gateway: string | null;
}

export interface NetworkState {
  readonly ipv4: DefaultRoute | null;
  readonly ipv6: DefaultRoute | null;
  /** `networkAddresses`: other hosts are reached from them even without a default route. */
  readonly addresses: readonly string[];
}

export const noNetwork: NetworkState = { ipv4: null, ipv6: null, addresses: [] };

const hasDefaultRoute = ({ ipv4, ipv6 }: NetworkState): boolean => ipv4 !== null || ipv6 !== null;

/** Whether anything but this computer can be reached. */
export const isConnected = (state: NetworkState): boolean =>
  hasDefaultRoute(state) || state.addresses.length > 0;

/**
 * The default route decides: containers, other interfaces and their addresses come and go without effect. Only without a
 * default route, in a network without a gateway, do the addresses decide.
 */
export function isSameNetwork(before: NetworkState, after: NetworkState): boolean {
  if (hasDefaultRoute(before) || hasDefaultRoute(after))
    return isSameRoute(before.ipv4, after.ipv4) && isSameRoute(before.ipv6, after.ipv6);
  return stableAddresses(before).join('\n') === stableAddresses(after).join('\n');
}

/**
 * Whether connections of one network are lost in the other. A default route that appears, or disappears for a moment, is not
 * enough: connections of the other address family survive, and its own may recover with it.
 */
export function hasMoved(known: NetworkState, seen: NetworkState): boolean {
  const families = [
    [known.ipv4, seen.ipv4],
    [known.ipv6, seen.ipv6],
  ] as const;
  const comparable = families.filter(([before, after]) => before !== null && after !== null);
  if (comparable.length > 0) return comparable.some(([before, after]) => !isSameRoute(before, after));
  const kept = new Set(stableAddresses(known));
  return !stableAddresses(seen).some((address) => kept.has(address));
}

/** What is known after another reading: a missing default route may be back soon, and is not forgotten. */
export const rememberNetwork = (known: NetworkState, seen: NetworkState): NetworkState => ({
  ipv4: seen.ipv4 ?? known.ipv4,
  ipv6: seen.ipv6 ?? known.ipv6,
  addresses: seen.addresses,
});

const isSameRoute = (before: DefaultRoute | null, after: DefaultRoute | null): boolean =>
  before === null || after === null
    ? before === after
    : before.gateway === after.gateway && stableAddress(before.source) === stableAddress(after.source);

/** From `en0 10.0.0.4/24` and the like, sorted. */
const stableAddresses = ({ addresses }: NetworkState): readonly string[] => {
  const stable = addresses.map((entry) => {
    const [name = '', address = ''] = entry.split(' ');
    return `${name} ${stableAddress(address.replace(/\/\d+$/, ''))}`;
  });
  return [...new Set(stable)].sort();
};
