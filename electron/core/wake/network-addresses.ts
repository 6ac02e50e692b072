import type { networkInterfaces } from 'node:os';

export type NetworkInterfaces = ReturnType<typeof networkInterfaces>;

/**
 * The addresses by which this computer can reach others, sorted: `en0 192.168.1.7/24`. Loopback and link-local ones
 * (RFC 3927, RFC 4291) say nothing: an interface has those without any network. The system lists interfaces that are
 * up and running only.
 */
export function networkAddresses(interfaces: NetworkInterfaces): readonly string[] {
  return Object.entries(interfaces)
    .flatMap(([name, addresses = []]) =>
      addresses
        .filter(({ internal, address }) => !internal && !isLinkLocal(address))
        .map(({ address, cidr }) => `${name} ${cidr ?? address}`),
    )
    .sort();
}

export const isLinkLocal = (address: string): boolean =>
  address.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/i.test(address);
