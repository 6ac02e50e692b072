/**
 * Whether the local network privacy of macOS 15 and later may have blocked a connection. Pure. Source: Apple's TN3179
 * and xnu (bsd/net/route.c): a program without the permission gets EHOSTUNREACH for addresses in the subnets of
 * broadcast-capable interfaces, but never for those behind a VPN or a router. A host that is switched off gives the
 * same error, so the result is a suspicion, not a proof.
 */
import { BlockList, isIP } from 'node:net';
import type { MacPrivacy } from './mac-privacy.ts';

/** Point-to-point interfaces of VPNs and tunnels, to which the permission does not apply. */
const pointToPoint = /^(utun|ipsec|ppp|tun|tap|wg)\d*$/;

/** `address`: an IP address; an IPv6 address may include its zone (`fe80::1%en0`). False for names. */
export function mayBeBlocked(
  address: string,
  { platform, interfaces }: Pick<MacPrivacy, 'platform' | 'interfaces'>,
): boolean {
  if (platform !== 'darwin') return false;
  const [ip = '', zone] = address.split('%');
  if (isIP(ip) === 0) return false;
  return Object.entries(interfaces())
    .filter(([name]) => !pointToPoint.test(name) && (zone === undefined || zone === name))
    .some(([, addresses = []]) =>
      addresses.some(({ internal, cidr }) => !internal && cidr !== null && isInside(ip, cidr)),
    );
}

/** False if the two are of different families. */
function isInside(ip: string, cidr: string): boolean {
  const [network = '', length] = cidr.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const subnet = new BlockList();
  subnet.addSubnet(network, Number(length), family);
  return isIP(ip) === isIP(network) && subnet.check(ip, family);
}
