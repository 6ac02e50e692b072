/** One ssh process for each tunnel, its endpoint a Unix socket in the runtime directory. */
import { describeCause } from '../../../shared/failure.ts';
import { ChildTunnel, type ChildPlan, type ChildTunnelOptions } from './child-tunnel.ts';
import { assertFitsSockets, ensureRuntimeDirectory, removeFile, tunnelFile } from './private-path.ts';
import { askpassEnvironment, writeAskpass } from './ssh-askpass.ts';
import { parseJumpHost, sshArgv, type SshConnection, type SshTiming } from './ssh-command.ts';
import { createSshReader } from './ssh-output.ts';
import { StartGate } from './start-gate.ts';
import { proveBySocket } from './transport-proof.ts';
import type { TunnelAdapter, TunnelRequest } from './tunnel-adapter.ts';

export interface SshAdapterOptions extends ChildTunnelOptions {
  /** An existing 0700 directory of the user's: the sockets lie here. Throws when its path is too long for them. */
  readonly runtimeDirectory: string;
  readonly timing?: SshTiming;
}

/** A silent server is given up within 10 s: ssh does so one interval after the last question. */
const defaultTiming: SshTiming = { connectTimeoutSeconds: 10, aliveIntervalSeconds: 3, aliveCountMax: 2 };

/** From ten logins at once on, an sshd drops some of them at random: MaxStartups 10:30:100, sshd_config(5). */
const maxLoginsAtOnce = 6;

export function createSshAdapter(options: SshAdapterOptions): TunnelAdapter {
  assertFitsSockets(options.runtimeDirectory);
  const gate = new StartGate(maxLoginsAtOnce);
  return {
    open: (request) => {
      const { connection, name } = request.service;
      if (connection.technology !== 'ssh') throw new Error(`not an ssh service: ${name}`);
      const tunnel = new ChildTunnel(options, request);
      gate.enter(firstHop(connection), () => {
        try {
          tunnel.launch(planSsh(request, connection, options));
        } catch (error) {
          tunnel.fail(
            describeCause('exited', { ending: 'it could not be started', evidence: String(error) }),
          );
        }
        return tunnel.ready;
      });
      return tunnel;
    },
  };
}

/** Where the first login happens, as far as it is known without ssh_config. */
function firstHop({ host, port, jump: [first] }: SshConnection): string {
  if (first === undefined) return `${host}:${String(port)}`;
  const hop = parseJumpHost(first);
  return `${hop.host}:${String(hop.port)}`;
}

/** Throws when the runtime directory is gone for good, or the askpass program cannot be written. */
function planSsh(request: TunnelRequest, connection: SshConnection, options: SshAdapterOptions): ChildPlan {
  const { runtimeDirectory, clock, timing = defaultTiming } = options;
  const socket = tunnelFile(runtimeDirectory, request.id, 'sock');
  const probeSocket = tunnelFile(runtimeDirectory, request.id, 'live');
  const askpass = tunnelFile(runtimeDirectory, request.id, 'pass');
  const { password } = connection;
  ensureRuntimeDirectory(runtimeDirectory);
  if (password !== null) writeAskpass(askpass);
  return {
    child: {
      name: `ssh ${connection.host}`,
      argv: sshArgv(connection, { socket, probeSocket }, timing),
      ...(password === null ? {} : { env: askpassEnvironment(askpass, password) }),
    },
    interpret: createSshReader(request.service, socket),
    roundTrip: (deadlineMs) => proveBySocket(probeSocket, deadlineMs, clock),
    cleanUp: async () => {
      await Promise.all([socket, probeSocket, askpass].map(removeFile));
    },
  };
}
