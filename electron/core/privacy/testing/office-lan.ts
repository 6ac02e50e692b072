import type { NetworkInterfaces } from '../../wake/network-addresses.ts';
import { interfaceNamed, linkLocal, loopback, wifi } from '../../wake/testing/interfaces.ts';

/** A Mac at 192.168.1.7/24 on Wi-Fi, with a VPN that gave it 10.1.0.2/24. */
export const officeLan: NetworkInterfaces = {
  ...loopback,
  ...linkLocal,
  ...wifi('192.168.1.7'),
  ...interfaceNamed('utun4', '10.1.0.2'),
};
