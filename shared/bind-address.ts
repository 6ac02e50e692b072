/**
 * Where a service listens: on both loopback addresses (null), on one address of this machine, or on all of them. Pure.
 */
/** An IP address in its shortest form; `0.0.0.0` and `::` mean all addresses. null: 127.0.0.1 and ::1. */
export type BindAddress = string | null;

/** The local address, port, or socket that a service occupies while it is open. */
export interface ListenAddress {
  readonly bind: BindAddress;
  /** 0: the port is not known. */
  readonly localPort: number;
}

const loopback = ['127.0.0.1', '::1'] as const;
const wildcards: readonly BindAddress[] = ['0.0.0.0', '::'];

/** The addresses to bind. */
export const hostsOf = (bind: BindAddress): readonly string[] => (bind === null ? loopback : [bind]);

/** Parses an address or `localhost`; undefined if it is neither. */
export function parseBindAddress(text: string): BindAddress | undefined {
  const plain = text.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (plain === 'localhost') return null;
  if (isIpv4(plain)) return plain;
  const { url, zone } = readIpv6(plain);
  if (!URL.canParse(url)) return undefined;
  const shortest = new URL(url).hostname.slice(1, -1);
  return (mappedIpv4(shortest) ?? shortest) + zone;
}

/** An IPv6 address without brackets, with or without a zone: `fe80::1%eth0`. */
export const isIpv6 = (text: string): boolean => text.includes(':') && URL.canParse(readIpv6(text).url);

function readIpv6(text: string): { readonly url: string; readonly zone: string } {
  const [, address = '', zone = ''] = /^([\da-f:.]*)(%[\w.-]+)?$/i.exec(text) ?? [];
  return { url: `http://[${address}]`, zone };
}

/** Four decimal bytes: other forms (`127.1`, `010.0.0.1`) mean different things to different programs. */
function isIpv4(text: string): boolean {
  const bytes = text.split('.');
  return bytes.length === 4 && bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte) && Number(byte) < 256);
}

/** `::ffff:7f00:1` is 127.0.0.1 (RFC 4291, 2.5.5.2). */
function mappedIpv4(address: string): string | null {
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return null;
  const bytes = [high, low].map((group) => parseInt(group, 16)).flatMap((group) => [group >> 8, group & 255]);
  return bytes.join('.');
}

/** Whether other machines can connect, firewalls aside. */
export const isOpenToOthers = (bind: BindAddress): boolean =>
  bind !== null && bind !== '::1' && !bind.startsWith('127.');

/** Whether the two conflict: the system lets only one of them have the same port. */
export function bindsOverlap(one: BindAddress, other: BindAddress): boolean {
  if (wildcards.includes(one) || wildcards.includes(other)) return true;
  return hostsOf(one).some((host) => hostsOf(other).includes(host));
}

export const addressesOverlap = (one: ListenAddress, other: ListenAddress): boolean =>
  one.localPort !== 0 && one.localPort === other.localPort && bindsOverlap(one.bind, other.bind);

/** What a client on this machine connects to: `localhost:5432`, `192.168.1.9:5432`, `[::1]:5432`, `/home/me/pg.sock`. */
export function localAddress({
  bind,
  localPort,
  localSocket,
}: ListenAddress & { readonly localSocket?: string | undefined }): string {
  if (localPort === 0 && localSocket !== undefined) return localSocket;
  if (bind === null || bind === '127.0.0.1') return `localhost:${localPort}`;
  return joinHostPort(bind, localPort);
}

interface ServiceAddress extends ListenAddress {
  readonly localSocket?: string | undefined;
  /** The address on which the server of a reverse forward listens. */
  readonly remoteAddress?: string | undefined;
}

/** What clients connect to: an address on this machine or, for a reverse forward, on its server. */
export const clientAddress = (service: ServiceAddress): string =>
  service.remoteAddress ?? localAddress(service);

/** The path from clients to the other end: `localhost:5432 → bastion → db:5432`, `bastion:8080 → localhost:3000`. */
export const wholeRoute = (service: ServiceAddress & { readonly route: string }): string =>
  service.remoteAddress === undefined ? `${localAddress(service)} → ${service.route}` : service.route;

/** `127.0.0.1:5432`, `[::1]:5432`. */
export const joinHostPort = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
