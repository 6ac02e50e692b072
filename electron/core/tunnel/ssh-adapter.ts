/** Forwards of ssh services, on the connections of their transports. */
import type { Clock } from '../clock.ts';
import { type SshMux, sshMux } from '../transport/ssh-mux.ts';
import type { TransportPool } from '../transport/transport-pool.ts';
import { SshForward } from './ssh-forward.ts';
import type { TunnelAdapter } from './tunnel-adapter.ts';

export interface SshAdapterOptions {
  readonly clock: Clock;
  /** An existing 0700 directory of the user's: the sockets of forwards lie here. */
  readonly runtimeDirectory: string;
  readonly transports: Pick<TransportPool, 'board'>;
  readonly mux?: SshMux;
}

export function createSshAdapter({
  clock,
  runtimeDirectory,
  transports,
  mux = sshMux,
}: SshAdapterOptions): TunnelAdapter {
  return {
    open: (request) => {
      const { service, insisted = false, traffic = noTraffic } = request;
      const { connection } = service;
      if (connection.technology !== 'ssh') throw new Error(`not an ssh service: ${service.name}`);
      const to = { host: connection.remoteHost, port: connection.remotePort };
      const rider = { service: service.name, target: JSON.stringify(to), ...traffic };
      const ride = transports.board({ service, rider, insisted });
      return new SshForward(request, { clock, runtimeDirectory, mux, ride, to });
    },
  };
}

const noTraffic = { hasQueuedBytes: () => false, bytesReceived: () => 0 };
