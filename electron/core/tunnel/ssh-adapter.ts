/** Forwards of ssh services, on the connections of their transports or on the user's own master. */
import type { Clock } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { ChannelSuccession } from '../transport/channel-succession.ts';
import { ControlPaths } from '../transport/control-path.ts';
import { MasterChannels } from '../transport/master-channels.ts';
import { type SshMux, sshMux } from '../transport/ssh-mux.ts';
import type { TransportPool } from '../transport/transport-pool.ts';
import { UserMaster } from '../transport/user-master.ts';
import { SshDoor } from './ssh-door.ts';
import { SshForward } from './ssh-forward.ts';
import type { TunnelAdapter } from './tunnel-adapter.ts';

export interface SshAdapterOptions {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  /** An existing 0700 directory of the user's: the sockets of forwards lie here. */
  readonly runtimeDirectory: string;
  readonly transports: Pick<TransportPool, 'board'>;
  readonly mux?: SshMux;
}

export function createSshAdapter({
  launcher,
  clock,
  runtimeDirectory,
  transports,
  mux = sshMux,
}: SshAdapterOptions): TunnelAdapter {
  const channels = new MasterChannels();
  const succession = new ChannelSuccession();
  const paths = new ControlPaths({ launcher, clock });
  return {
    open: (request) => {
      const { service, insisted = false, traffic = noTraffic } = request;
      const { connection } = service;
      if (connection.technology !== 'ssh') throw new Error(`not an ssh service: ${service.name}`);
      const target = { host: connection.remoteHost, port: connection.remotePort };
      const to = connection.isDynamic === true ? 'socks' : target;
      const door = { clock, runtimeDirectory, succession, to } as const;
      if (connection.usesOwnMaster === true) {
        const ride = new UserMaster(request, { connection, paths, clock, runtimeDirectory });
        return new SshDoor(request, { ...door, ride, channelsAt: () => ride.channels });
      }
      const rider = { service: service.name, target: JSON.stringify(to), ...traffic };
      const ride = transports.board({ service, rider, insisted });
      return to === 'socks'
        ? new SshDoor(request, { ...door, ride, channelsAt: (path) => channels.at(path) })
        : new SshForward(request, { clock, runtimeDirectory, mux, ride, to });
    },
    close: () => {
      succession.close();
    },
  };
}

const noTraffic = { hasQueuedBytes: () => false, bytesReceived: () => 0 };
