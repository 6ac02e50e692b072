import type { NetworkState } from '../network-state.ts';

/** In the network of this address, behind its gateway. */
export const networkAt = (source: string, gateway = 'en0 0101a8c0'): NetworkState => ({
  ipv4: { source, gateway },
  ipv6: null,
  addresses: [`en0 ${source}/24`],
});

export const besides = (state: NetworkState, ...addresses: readonly string[]): NetworkState => ({
  ...state,
  addresses: [...state.addresses, ...addresses],
});
