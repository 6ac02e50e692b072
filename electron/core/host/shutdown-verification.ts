/** The verification after the last phase: nothing that this process started or opened may be left. */
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostsOf, type ListenAddress } from '../../../shared/bind-address.ts';
import { hostLockName } from '../control/control-paths.ts';
import type { LivingChild } from '../process/child-launcher.ts';

export interface Remains {
  readonly children: readonly LivingChild[];
  /** The addresses of all services, including those that never got their port. */
  readonly addresses: readonly ListenAddress[];
  /** Holds only this host's sockets and the lock. */
  readonly runtimeDirectory: string;
}

/** One sentence for each thing left behind. Never rejects. */
export async function findRemains({
  children,
  addresses,
  runtimeDirectory,
}: Remains): Promise<readonly string[]> {
  // If this process no longer listens anywhere, a taken port belongs to another program, and most likely did before.
  const suspects = listensSomewhere() ? addresses : [];
  const taken = await Promise.all(
    suspects.map(async (address) => ((await isBindable(address)) ? [] : [address.localPort])),
  );
  const files = await readdir(runtimeDirectory).catch(() => []);
  return [
    ...children.map(({ name, pid }) => `${name} still runs as pid ${pid}`),
    ...taken.flat().map((port) => `port ${port} cannot be bound again`),
    // The lock is released after the verification.
    ...files.filter((file) => file !== hostLockName).map((file) => `${file} is left in ${runtimeDirectory}`),
  ];
}

const listensSomewhere = (): boolean => process.getActiveResourcesInfo().includes('TCPServerWrap');

function isBindable({ bind, localPort: port }: ListenAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      // The address may have gone with its network.
      resolve(error.code === 'EADDRNOTAVAIL');
    });
    server.listen({ port, host: hostsOf(bind)[0], exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
