/** The adapter of each technology. */
import type { Technology } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import type { TransportPool } from '../pool/transport-pool.ts';
import { createCommandAdapter } from './command-adapter.ts';
import { createKubeAdapter } from './kube-adapter.ts';
import { createSshAdapter } from './ssh-adapter.ts';
import { createTcpAdapter } from './tcp-adapter.ts';
import type { TunnelAdapter } from './tunnel-adapter.ts';

export interface AdapterRegistryOptions {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  /**
   * An existing directory with mode 0700 and a short path, for private sockets. Throws if the path is too long for a
   * socket.
   */
  readonly runtimeDirectory: string;
  readonly transports: Pick<TransportPool, 'attach' | 'attachKube'>;
}

export type AdapterRegistry = Readonly<Record<Technology, TunnelAdapter>>;

export function createAdapterRegistry(options: AdapterRegistryOptions): AdapterRegistry {
  const { launcher, clock, runtimeDirectory, transports } = options;
  const child = { launcher, clock };
  return {
    ssh: createSshAdapter({ ...child, runtimeDirectory, transports }),
    kubectl: createKubeAdapter({ ...child, transports }),
    tcp: createTcpAdapter({ clock }),
    command: createCommandAdapter({ ...child, runtimeDirectory }),
  };
}
