import type { NetworkInterfaceInfo } from 'node:os';
import type { NetworkInterfaces } from '../network-addresses.ts';

const v4 = (address: string, prefix: number, internal = false): NetworkInterfaceInfo => ({
  address,
  netmask: '255.255.255.0',
  family: 'IPv4',
  mac: '00:00:00:00:00:00',
  internal,
  cidr: `${address}/${prefix}`,
});
export const v6 = (address: string, internal = false): NetworkInterfaceInfo => ({
  address,
  netmask: 'ffff:ffff:ffff:ffff::',
  family: 'IPv6',
  mac: '00:00:00:00:00:00',
  internal,
  cidr: `${address}/64`,
  scopeid: 0,
});

export const loopback: NetworkInterfaces = { lo0: [v4('127.0.0.1', 8, true), v6('::1', true)] };

/** The interfaces of macOS without any network. */
export const linkLocal: NetworkInterfaces = {
  awdl0: [v6('fe80::1')],
  en0: [v4('169.254.7.7', 16), v6('FE80::2')],
};

export const wifi = (address: string): NetworkInterfaces => interfaceNamed('en0', address);

export const interfaceNamed = (name: string, address = '10.8.0.2'): NetworkInterfaces => ({
  [name]: [v4(address, 24), v6('fe80::2')],
});
