import type { networkInterfaces } from 'node:os';
import { stableAddress } from './stable-address.ts';

export type NetworkInterfaces = ReturnType<typeof networkInterfaces>;

/**
 * Interfaces that lead only to this computer's own containers and virtual machines, and come and go with them. Identified
 * by the names that their software gives them, as in Calico's address detection (DEFAULT_INTERFACES_TO_EXCLUDE):
 * Docker (a network is `br-` and 12 hex digits), Podman, libvirt, LXC and Incus, systemd-nspawn, Multipass, CNI plugins,
 * VMware, VirtualBox, Parallels, and macOS's own bridges from 100 on (vmnet, Internet sharing).
 * All others count: VPNs (utun, tun, tap, wg, ppp, ipsec, tailscale), bridges that a user created from a real interface
 * (br0, vmbr0), and macOS's Thunderbolt bridge0.
 */
const ownInterface = new RegExp(
  `^(${[
    'docker',
    'br-[0-9a-f]{12}$',
    'veth',
    'podman',
    'virbr',
    'vnet\\d',
    '(lxc|lxd|incus)br',
    'v[eb]-',
    'mpqemubr',
    'cni',
    'cbr\\d',
    'cali',
    'flannel',
    'vme?net',
    'vboxnet',
    'vnic\\d',
    'bridge[1-9]\\d\\d',
  ].join('|')})`,
);

/**
 * The addresses from which this computer can reach others, sorted: `en0 192.168.1.7/24`. Loopback and link-local addresses
 * (RFC 3927, RFC 4291) do not count: an interface has them without any network. Nor do those of `ownInterface`. The
 * system lists only interfaces that are up and running.
 */
export function networkAddresses(interfaces: NetworkInterfaces): readonly string[] {
  return Object.entries(interfaces)
    .filter(([name]) => !ownInterface.test(name))
    .flatMap(([name, addresses = []]) =>
      addresses
        .filter(({ internal, address }) => !internal && !isLinkLocal(address))
        .map(({ address, cidr }) => `${name} ${cidr ?? address}`),
    )
    .sort();
}

/** The interface for packets from `source`: for an IPv6 address, one in the same /64 is enough. null: there is none. */
export function interfaceOf(source: string, interfaces: NetworkInterfaces): string | null {
  const holder = (isIt: (address: string) => boolean): string | undefined =>
    Object.entries(interfaces).find(([, addresses = []]) =>
      addresses.some(({ address }) => isIt(address)),
    )?.[0];
  const network = stableAddress(source);
  return (
    holder((address) => address === source) ?? holder((address) => stableAddress(address) === network) ?? null
  );
}

export const isLinkLocal = (address: string): boolean =>
  address.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/i.test(address);
