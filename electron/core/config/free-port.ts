import { createServer } from 'node:net';

/** Stacks that a computer may lack: a port is free there. */
const absentStack = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/**
 * The first port from `preferred` on that is free on both loopback stacks, among `tries`; null when none is. Somebody may
 * take it before it is used: the user of the port has to be ready for that.
 */
export async function findFreePort(preferred: number, tries: number): Promise<number | null> {
  for (let port = preferred; port < preferred + tries; port++) {
    if ((await isFree('127.0.0.1', port)) && (await isFree('::1', port))) return port;
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
