/** Forwards of ssh services, on masters that they share. Logins take turns at each host. */
import type { Clock } from '../clock.ts';
import { defaultStartTimeoutMs } from '../config/service-defaults.ts';
import { startLimit } from '../transport/child-carrier.ts';
import { ConnectionGate } from '../transport/connection-gate.ts';
import { LoginMemory, type LoginWish } from '../transport/login-memory.ts';
import { assertFitsSockets } from '../transport/private-path.ts';
import { type Admission, RacingCarrier } from '../transport/racing-carrier.ts';
import { parseJumpHost } from '../../../shared/jump-host.ts';
import { ChannelSuccession } from '../transport/channel-succession.ts';
import { ControlPaths } from '../transport/control-path.ts';
import { MasterChannels } from '../transport/master-channels.ts';
import type { SshConnection } from '../transport/ssh-command.ts';
import { UserMaster } from '../transport/user-master.ts';
import { SshDoor } from './ssh-door.ts';
import { SshForward } from './ssh-forward.ts';
import { openMaster, type SshMasterOptions } from '../transport/ssh-master.ts';
import { type SshMux, sshMux } from '../transport/ssh-mux.ts';
import { SshMasterPool } from '../transport/ssh-master-pool.ts';
import type { TunnelAdapter, TunnelRequest } from './tunnel-adapter.ts';

export interface SshAdapterOptions extends SshMasterOptions {
  readonly mux?: SshMux;
}

/** Throws when the path of the runtime directory is too long for sockets. */
export function createSshAdapter(options: SshAdapterOptions): TunnelAdapter {
  const { clock, runtimeDirectory, mux = sshMux } = options;
  assertFitsSockets(runtimeDirectory);
  const gate = new ConnectionGate(clock);
  const logins = new LoginMemory();
  const pool = new SshMasterPool(clock);
  const channels = new MasterChannels();
  const succession = new ChannelSuccession();
  const paths = new ControlPaths({ launcher: options.launcher, clock });
  return {
    open: (request) => {
      const connection = connectionOf(request);
      const { service } = request;
      const to = { host: connection.remoteHost, port: connection.remotePort };
      const door = {
        clock,
        runtimeDirectory,
        succession,
        to: connection.isDynamic === true ? 'socks' : to,
      } as const;
      if (connection.usesOwnMaster === true) {
        const lease = new UserMaster(request, { connection, paths, clock, runtimeDirectory });
        return new SshDoor(request, { ...door, lease, channelsAt: () => lease.channels });
      }
      const { startTimeoutMs } = service;
      const login = loginOf(connection);
      const patience = startTimeoutMs === defaultStartTimeoutMs ? '' : String(startTimeoutMs);
      const isAlone = service.isAlone === true;
      const [line = connection.host, beyond] = hopsOf(connection);
      const wish = { login, host: line, wishedAt: clock.now(), insisted: request.insisted === true };
      const lease = pool.lease(
        {
          service: service.name,
          login: [login, patience, isAlone ? request.id : ''].join('\n'),
          target: JSON.stringify(door.to),
          isInsisted: wish.insisted,
          isAlone,
        },
        (clients) =>
          new RacingCarrier({
            id: request.id,
            host: connection.host,
            clock,
            gate,
            line,
            beyond,
            answerTimeoutMs: startTimeoutMs,
            limit: startLimit(startTimeoutMs),
            // Its files are named after its id.
            open: (attempt) =>
              openMaster(
                { ...request, id: `${request.id}.${String(attempt)}` },
                { connection, login, ...clients },
                options,
              ),
            admission: admissionOf(wish, logins, clock),
          }),
      );
      if (door.to === 'socks')
        return new SshDoor(request, { ...door, lease, channelsAt: (path) => channels.at(path) });
      return new SshForward(request, { clock, runtimeDirectory, mux, lease, to });
    },
    interrupted: () => {
      pool.interrupted();
    },
    close: ({ force = false } = {}) => {
      succession.close();
      return pool.close({ force });
    },
  };
}

function connectionOf({ service: { connection, name } }: TunnelRequest): SshConnection {
  if (connection.technology !== 'ssh') throw new Error(`not an ssh service: ${name}`);
  return connection;
}

const admissionOf = (wish: LoginWish, logins: LoginMemory, clock: Clock): Admission => ({
  refusal: () => logins.refusal(wish, clock.now()),
  notBefore: () => logins.notBefore(wish),
  learn: (cause) => {
    if (cause === null) logins.worked(wish);
    else logins.failed(wish, cause, clock.now());
  },
});

/** Where logins happen, in the order of the way, as far as it is known without ssh_config: it may name another port than 22. */
const hopsOf = ({ host, port, jump }: SshConnection): readonly string[] =>
  [...jump.map(parseJumpHost), { host, port }].map((hop) => `${hop.host}:${String(hop.port ?? 22)}`);

/** All that decides whether a login works. It stays in memory: it holds the password. */
const loginOf = ({
  host,
  port,
  user,
  keyFile,
  password,
  jump,
  strictHostKeyChecking,
}: SshConnection): string =>
  JSON.stringify([host, port, user, keyFile, password, jump, strictHostKeyChecking]);
