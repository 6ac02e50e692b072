import { describe, expect, it } from 'vitest';
import { interfaceOf, networkAddresses } from './network-addresses.ts';
import { interfaceNamed, linkLocal, loopback, v6, wifi } from './testing/interfaces.ts';

describe('networkAddresses', () => {
  it('lists the addresses that are neither loopback nor link-local', () => {
    expect(networkAddresses({ ...loopback, ...linkLocal, ...wifi('192.168.1.7') })).toEqual([
      'en0 192.168.1.7/24',
    ]);
  });

  it.each([
    ['Docker', ['docker0', 'docker_gwbridge', 'br-3f2a9c41d07e', 'veth1a2b3c4']],
    ['Podman, CNI and Kubernetes', ['podman0', 'cni0', 'cni-podman1', 'cbr0', 'cali12ab', 'flannel.1']],
    [
      'libvirt, LXC, Incus, nspawn, Multipass',
      ['virbr0', 'vnet3', 'lxcbr0', 'lxdbr0', 'incusbr0', 've-box', 'mpqemubr0'],
    ],
    ['VMware, VirtualBox, Parallels and macOS', ['vmnet8', 'vmenet0', 'vboxnet0', 'vnic0', 'bridge100']],
  ])('leaves out the local networks of %s', (_maker, names) => {
    expect(names.flatMap((name) => networkAddresses(interfaceNamed(name)))).toEqual([]);
  });

  it.each([
    [
      'a VPN',
      ['utun4', 'tun0', 'tap0', 'wg0', 'wgcf', 'ppp0', 'ipsec0', 'tailscale0', 'nordlynx', 'CloudflareWARP'],
    ],
    ['a bridge that leads out', ['br0', 'br-lan', 'br-cafe', 'vmbr0', 'bridge0']],
    ['hardware', ['eth0', 'enp3s0', 'en7', 'wlan0', 'wlp2s0', 'wwan0', 'usb0', 'venet0', 'ens160']],
  ])('counts %s', (_what, names) => {
    expect(names.filter((name) => networkAddresses(interfaceNamed(name)).length === 0)).toEqual([]);
  });
});

describe('the interface of a source address', () => {
  /** Two temporary addresses on Wi-Fi, one behind a VPN. */
  const mac = {
    ...loopback,
    ...wifi('192.168.1.7'),
    en1: [v6('2001:db8:1:2::7'), v6('2001:db8:1:2:aaaa::1')],
    utun4: [v6('fd00:9::7')],
  };

  it.each([
    ['192.168.1.7', 'en0'],
    ['2001:db8:1:2:aaaa::1', 'en1'],
    // Created after the interfaces were read.
    ['2001:db8:1:2:bbbb::1', 'en1'],
    ['fd00:9::8', 'utun4'],
    ['192.168.1.8', null],
    ['2001:db8:1:3::1', null],
  ])('%s is %s', (source, name) => {
    expect(interfaceOf(source, mac)).toBe(name);
  });
});
