/**
 * The default route of this computer, found without sending anything: connecting a UDP socket only chooses a route and a
 * source address (connect(2)). It connects to addresses reserved for documentation (RFC 5737, RFC 3849), which no host has.
 * On Linux the gateway comes from the kernel's routing tables; on macOS only the interface is known.
 */
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { interfaceOf, isLinkLocal, networkAddresses, type NetworkInterfaces } from './network-addresses.ts';
import type { NetworkState, DefaultRoute } from './network-state.ts';
import { defaultGateway4, defaultGateway6 } from './route-tables.ts';

const documentation = { udp4: '192.0.2.1', udp6: '2001:db8::1' } as const;
/** Any port: nothing is sent there. */
const port = 9;

/** The system has no route to such an address. Any other error proves nothing, such as a lack of file descriptors. */
const unreachable = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'ENETDOWN',
  'EACCES',
  'EPERM',
  'EINVAL',
]);

/** Rejects with the system's error if the state cannot be determined. */
export async function readNetworkState(interfaces: NetworkInterfaces): Promise<NetworkState> {
  const [ipv4, ipv6] = await Promise.all([
    defaultRoute('udp4', readTable('/proc/net/route', defaultGateway4), interfaces),
    defaultRoute('udp6', readTable('/proc/net/ipv6_route', defaultGateway6), interfaces),
  ]);
  return { ipv4, ipv6, addresses: networkAddresses(interfaces) };
}

async function defaultRoute(
  type: keyof typeof documentation,
  table: Promise<string | null | undefined>,
  interfaces: NetworkInterfaces,
): Promise<DefaultRoute | null> {
  const [source, found] = await Promise.all([sourceTowards(type), table]);
  if (source === null || isOfNoUse(source)) return null;
  return { source, gateway: found === undefined ? interfaceOf(source, interfaces) : found };
}

const isOfNoUse = (source: string): boolean =>
  isLinkLocal(source) || source === '::1' || (isIPv4(source) && source.startsWith('127.'));

/** null: there is no route to such an address. */
function sourceTowards(type: keyof typeof documentation): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(type);
    const settle = (error?: Error): void => {
      try {
        if (error === undefined) resolve(socket.address().address);
        else if (unreachable.has((error as NodeJS.ErrnoException).code ?? '')) resolve(null);
        else reject(error);
      } finally {
        socket.close();
      }
    };
    socket.once('error', settle);
    // The callback gets the error too, which the types do not declare.
    socket.connect(port, documentation[type], settle);
  });
}

/** undefined if there is no such table, as on macOS. */
async function readTable(
  path: string,
  gatewayIn: (text: string) => string | null,
): Promise<string | null | undefined> {
  try {
    return gatewayIn(await readFile(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES') return undefined;
    throw error;
  }
}
