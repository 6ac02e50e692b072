/** One ssh process for each tunnel, its endpoint a Unix socket in the runtime directory. */
import path from 'node:path';
import { describeCause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { ChildRequest } from '../process/child-process.ts';
import { ChildTunnel, type ChildLine, type ChildTunnelOptions, type LineMeaning } from './child-tunnel.ts';
import { classifyLine } from './failure-classifier.ts';
import { askpassEnvironment, writeAskpass } from './ssh-askpass.ts';
import { sshArgv, type SshConnection, type SshTiming } from './ssh-command.ts';
import { assertFitsSockets, removeFile, shortName, socketPath } from './socket-path.ts';
import type { TunnelAdapter } from './tunnel-adapter.ts';

export interface SshAdapterOptions extends ChildTunnelOptions {
  /** An existing 0700 directory of the user's: the sockets lie here. Throws when its path is too long for them. */
  readonly runtimeDirectory: string;
  readonly timing?: SshTiming;
}

/** A dead server is noticed within 15 s × 3; probes through the tunnel notice it earlier. */
const defaultTiming: SshTiming = { connectTimeoutSeconds: 10, aliveIntervalSeconds: 15, aliveCountMax: 3 };

export function createSshAdapter(options: SshAdapterOptions): TunnelAdapter {
  const { runtimeDirectory, timing = defaultTiming } = options;
  assertFitsSockets(runtimeDirectory);
  return {
    open: (request) => {
      const tunnel = new ChildTunnel(options, request);
      const { connection } = request.service;
      if (connection.technology !== 'ssh') throw new Error(`not an ssh service: ${request.service.name}`);
      const socket = socketPath(runtimeDirectory, request.id);
      const askpass = path.join(runtimeDirectory, `${shortName(request.id)}.askpass`);
      try {
        tunnel.launch({
          child: sshChild(connection, { socket, askpass, timing }),
          interpret: interpreter(request.service, socket),
          cleanUp: async () => {
            await removeFile(socket);
            await removeFile(askpass);
          },
        });
      } catch (error) {
        tunnel.fail(describeCause('exited', { evidence: String(error), ending: 'it could not be started' }));
      }
      return tunnel;
    },
  };
}

interface SshFiles {
  readonly socket: string;
  readonly askpass: string;
  readonly timing: SshTiming;
}

function sshChild(connection: SshConnection, files: SshFiles): ChildRequest {
  const { password } = connection;
  if (password !== null) writeAskpass(files.askpass);
  return {
    name: `ssh ${connection.host}`,
    argv: sshArgv(connection, files.socket, files.timing),
    ...(password === null ? {} : { env: askpassEnvironment(files.askpass, password) }),
  };
}

/** Reads ssh's stderr at LogLevel DEBUG1; its wording is the same since OpenSSH 6.7. */
function interpreter(service: ServiceSpec, socket: string): (line: ChildLine) => LineMeaning {
  return ({ stream, text, afterReady }) => {
    if (stream === 'stdout') return { kind: 'chatter' };
    if (text === `debug1: Local forwarding listening on path ${socket}.`)
      return { kind: 'ready', endpoint: { kind: 'unix', path: socket } };
    // Forwards are set up before the session: without the line above ours was not.
    if (text === 'debug1: Entering interactive session.' && !afterReady)
      return {
        kind: 'fatal',
        cause: describeCause('exited', {
          ending: 'ssh could not open its socket',
          evidence: `no listener on ${socket}`,
        }),
      };
    // Tells the address behind the name, which decides whether macOS may have denied it.
    if (/^debug1: Connecting to \S+ \[.+\] port \d+\.$/.test(text)) return { kind: 'evidence' };
    if (/^debug\d: |^Transferred: |^Bytes per second: |^Authenticated to /.test(text))
      return { kind: 'chatter' };
    // Before readiness such a line comes from a jump host that cannot reach the next one.
    if (afterReady && /^channel \d+: open failed: /.test(text))
      return { kind: 'complaint', cause: classifyLine(service, text) };
    return { kind: 'evidence' };
  };
}
