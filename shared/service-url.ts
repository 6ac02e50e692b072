import { localAddress } from './bind-address.ts';
import type { ServiceSnapshot } from './service-snapshot.ts';

type AddressedService = Pick<
  ServiceSnapshot,
  'scheme' | 'localPort' | 'bind' | 'localSocket' | 'remoteAddress'
>;

/** `postgresql://localhost:5432/`, never with a password. null: the protocol is unknown. */
export function serviceUrl(service: AddressedService): string | null {
  const { scheme, remoteAddress, localPort } = service;
  if (scheme === undefined || remoteAddress !== undefined || localPort === 0) return null;
  return `${scheme}://${localAddress(service)}/`;
}
