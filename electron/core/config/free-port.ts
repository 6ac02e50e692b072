import { createServer } from 'node:net';
import { hostsOf, type BindAddress } from '../../../shared/bind-address.ts';

const endOfPorts = 65_536;

/** Stacks that a computer may lack: a port is free there. */
const absentStack = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/**
 * The first port from `preferred` on that is free where `bind` says, among `tries`; null when none is. Somebody may
 * take it before it is used: the user of the port has to be ready for that.
 */
export async function findFreePort(
  preferred: number,
  tries: number,
  bind: BindAddress = null,
): Promise<number | null> {
  for (let port = preferred; port < Math.min(preferred + tries, endOfPorts); port++) {
    const free = await Promise.all(hostsOf(bind).map((host) => isFree(host, port)));
    if (!free.includes(false)) return port;
  }
  return null;
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(absentStack.includes(error.code ?? '')));
    server.listen({ host, port, exclusive: true, ipv6Only: host === '::1' }, () =>
      server.close(() => resolve(true)),
    );
  });
}
