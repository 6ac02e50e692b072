/** Transports for ssh services only: no cluster is contacted. */
import { silentLogger } from '../observability/logger.ts';
import { openKubeSession } from '../kube/kube-session.ts';
import { sshCarriers } from '../ssh/ssh-carrier.ts';
import type { SshMasterOptions } from '../ssh/ssh-master.ts';
import type { OpenCarrier } from '../transport/transport.ts';
import { TransportPool } from './transport-pool.ts';

export const sshTransports = (
  name: string,
  options: SshMasterOptions,
  wrap: (open: OpenCarrier) => OpenCarrier = (open) => open,
): TransportPool =>
  new TransportPool({
    name,
    clock: options.clock,
    log: silentLogger,
    random: Math.random,
    openSsh: wrap(sshCarriers(options)),
    openKube: (opening, cluster, reports) => openKubeSession(opening, cluster, options, reports),
    launcher: options.launcher,
    environment: () => process.env,
    isOnline: () => true,
    onChange: () => undefined,
  });
