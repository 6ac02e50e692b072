/** Forwards of ssh services, on the shared connections of their transports or on the user's own master. */
import type { Clock } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import type { Channels } from '../mux/channel.ts';
import { Succession } from '../transport/succession.ts';
import { ControlPaths } from '../ssh/control-path.ts';
import { MasterChannels } from '../mux/master-channels.ts';
import { type SshMux, sshMux } from '../mux/ssh-mux.ts';
import type { TransportPool } from '../pool/transport-pool.ts';
import { UserMaster } from '../ssh/user-master.ts';
import { SshChannelForward } from './ssh-channel-forward.ts';
import { SshForward } from './ssh-forward.ts';
import { SshReverseForward } from './ssh-reverse-forward.ts';
import { noTraffic, type TunnelAdapter } from './tunnel-adapter.ts';

export interface SshAdapterOptions {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  /** An existing directory with mode 0700, owned by the user, that holds the sockets of forwards. */
  readonly runtimeDirectory: string;
  readonly transports: Pick<TransportPool, 'attach'>;
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
  const succession = new Succession<Channels>();
  const paths = new ControlPaths({ launcher, clock });
  const holders = new Map<string, SshReverseForward>();
  return {
    open: (request) => {
      const { service, forced = false, traffic = noTraffic } = request;
      const { connection } = service;
      if (connection.technology !== 'ssh') throw new Error(`not an ssh service: ${service.name}`);
      const { remoteSocket, remoteHost, remotePort, localTarget } = connection;
      const remoteEnd =
        remoteSocket === undefined ? { host: remoteHost, port: remotePort } : { path: remoteSocket };
      const to = connection.isDynamic === true ? 'socks' : remoteEnd;
      const channelParts = { clock, runtimeDirectory, succession, to } as const;
      if (connection.usesOwnMaster === true) {
        // Nothing of ours may remain on the user's own connection.
        if (localTarget !== undefined)
          throw new Error(`${service.name}: a reverse forward cannot use the user's own master`);
        const attachment = new UserMaster(request, { connection, paths, clock, runtimeDirectory });
        return new SshChannelForward(request, {
          ...channelParts,
          attachment,
          channelsAt: () => attachment.channels,
        });
      }
      const carrierUser = { service: service.name, target: JSON.stringify(to), ...traffic };
      const attachment = transports.attach({ service, carrierUser, forced });
      if (to === 'socks')
        return new SshChannelForward(request, {
          ...channelParts,
          attachment,
          channelsAt: (path) => channels.at(path),
        });
      const forward = { clock, runtimeDirectory, mux, attachment };
      return localTarget === undefined
        ? new SshForward(request, { ...forward, to })
        : new SshReverseForward(request, {
            ...forward,
            listen: to,
            server: connection,
            target: localTarget,
            holders,
          });
    },
    close: () => {
      succession.close();
    },
  };
}
