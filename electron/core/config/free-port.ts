import { createServer } from 'node:net';
import { hostsOf, type BindAddress } from '../../../shared/bind-address.ts';
import { systemClock } from '../clock.ts';
import { bindsOverWildcard, isAnswered } from '../relay/answered-port.ts';

const endOfPorts = 65_536;

/** Error codes of an IP stack that the computer lacks: the port counts as free there. */
const absentStack = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/** The state of ports on this computer. */
export interface PortSystem {
  readonly platform: NodeJS.Platform;
  readonly canBind: (host: string, port: number) => Promise<boolean>;
  /** Whether a program accepts connections there. */
  readonly isAnswered: (port: number, bind: BindAddress) => Promise<boolean>;
}

/**
 * The first free port from `preferred` on at the address `bind`, among `tries` ports; null: none is free. Another program may
 * take it before it is used, so the caller has to handle that.
 */
export type FindFreePort = (preferred: number, tries: number, bind?: BindAddress) => Promise<number | null>;

export const portFinder =
  (system: PortSystem): FindFreePort =>
  async (preferred, tries, bind = null) => {
    for (let port = preferred; port < Math.min(preferred + tries, endOfPorts); port++) {
      if (await isFree(system, port, bind)) return port;
    }
    return null;
  };

async function isFree(system: PortSystem, port: number, bind: BindAddress): Promise<boolean> {
  const bound = await Promise.all(hostsOf(bind).map((host) => system.canBind(host, port)));
  if (bound.includes(false)) return false;
  return !bindsOverWildcard(system.platform) || !(await system.isAnswered(port, bind));
}

function canBind(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(absentStack.includes(error.code ?? '')));
    server.listen({ host, port, exclusive: true, ipv6Only: host === '::1' }, () =>
      server.close(() => resolve(true)),
    );
  });
}

export const findFreePort: FindFreePort = portFinder({
  platform: process.platform,
  canBind,
  isAnswered: (port, bind) => isAnswered({ port, bind, clock: systemClock }),
});
