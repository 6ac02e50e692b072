/** One ssh process for each attempt, its endpoint a Unix socket in the runtime directory. Logins take turns at each host. */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import type { Clock } from '../clock.ts';
import { ChildTunnel, startLimit, type ChildPlan, type ChildTunnelOptions } from './child-tunnel.ts';
import type { PromptDesk } from '../prompts/prompt-desk.ts';
import { ConnectionGate } from './connection-gate.ts';
import { LoginMemory, type LoginWish } from './login-memory.ts';
import { assertFitsSockets, ensureRuntimeDirectory, removeFile, tunnelFile } from './private-path.ts';
import { type Admission, RacingTunnel } from './racing-tunnel.ts';
import { loginCommand, SshAskpass } from './ssh-askpass.ts';
import { parseJumpHost, sshArgv, type SshConnection, type SshTiming } from './ssh-command.ts';
import { createSshReader } from './ssh-output.ts';
import { proveBySocket } from './transport-proof.ts';
import type { Tunnel, TunnelAdapter, TunnelRequest } from './tunnel-adapter.ts';

export interface SshAdapterOptions extends ChildTunnelOptions {
  /** An existing 0700 directory of the user's: the sockets lie here. Throws when its path is too long for them. */
  readonly runtimeDirectory: string;
  readonly prompts: PromptDesk;
  readonly timing?: SshTiming;
}

/** A silent server is given up within 10 s: ssh does so one interval after the last question. */
const defaultTiming: SshTiming = { connectTimeoutSeconds: 10, aliveIntervalSeconds: 3, aliveCountMax: 2 };

/** Up to this, what is not answered within the usual time is given up and tried again. */
const usualStartTimeoutMs = 30_000;

export function createSshAdapter(options: SshAdapterOptions): TunnelAdapter {
  assertFitsSockets(options.runtimeDirectory);
  const { clock } = options;
  const gate = new ConnectionGate(clock);
  const logins = new LoginMemory();
  return {
    open: (request) => {
      const { connection, name } = request.service;
      if (connection.technology !== 'ssh') throw new Error(`not an ssh service: ${name}`);
      const [line = connection.host, beyond] = hopsOf(connection);
      return new RacingTunnel({
        id: request.id,
        host: connection.host,
        clock,
        gate,
        line,
        beyond,
        answerTimeoutMs: request.service.startTimeoutMs,
        limit: startLimit(request.service.startTimeoutMs),
        // Its files are named after its id.
        open: (attempt) =>
          openOnce({ ...request, id: `${request.id}.${String(attempt)}` }, connection, options),
        admission: admissionOf(
          {
            login: loginOf(connection),
            host: line,
            wishedAt: clock.now(),
            insisted: request.insisted === true,
          },
          logins,
          clock,
        ),
      });
    },
  };
}

function openOnce(request: TunnelRequest, connection: SshConnection, options: SshAdapterOptions): Tunnel {
  const tunnel = new ChildTunnel(options, request);
  try {
    tunnel.launch(planSsh(request, connection, options));
  } catch (error) {
    tunnel.fail(describeCause('exited', { ending: 'it could not be started', evidence: String(error) }));
  }
  return tunnel;
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

/** A longer start is also one that may take longer to be answered: behind a slow ProxyCommand, say. */
function timingOf({ service }: TunnelRequest, { timing = defaultTiming }: SshAdapterOptions): SshTiming {
  if (service.startTimeoutMs <= usualStartTimeoutMs) return timing;
  return { ...timing, connectTimeoutSeconds: Math.ceil(service.startTimeoutMs / 1000) };
}

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

/** ssh was told to ask nothing (BatchMode), and the server would have taken an answer. */
function withLogin(cause: Cause, host: string): Cause {
  const takesAnswers = /\([^)]*(?:password|keyboard-interactive)[^)]*\)/.test(cause.evidence ?? '');
  if (cause.code !== 'auth-failed' || !takesAnswers) return cause;
  return describeCause('auth-failed', {
    host,
    evidence: cause.evidence ?? undefined,
    login: loginCommand(host),
  });
}

/** Throws when the runtime directory is gone for good, or the askpass program cannot be written. */
function planSsh(request: TunnelRequest, connection: SshConnection, options: SshAdapterOptions): ChildPlan {
  const { runtimeDirectory, clock, prompts } = options;
  const timing = timingOf(request, options);
  const socket = tunnelFile(runtimeDirectory, request.id, 'sock');
  const probeSocket = tunnelFile(runtimeDirectory, request.id, 'live');
  const askpassFile = tunnelFile(runtimeDirectory, request.id, 'pass');
  const { host, user, password } = connection;
  ensureRuntimeDirectory(runtimeDirectory);
  const mayAsk = prompts.isAttended || !prompts.memory.isEmpty;
  const login = { service: request.service.name, key: loginOf(connection), host, user, password };
  const askpass = password === null && !mayAsk ? null : new SshAskpass(askpassFile, login, prompts);
  const read = createSshReader(request.service, socket);
  return {
    child: {
      name: `ssh ${host}`,
      argv: sshArgv(connection, { socket, probeSocket }, timing, mayAsk),
      ...(askpass === null ? {} : { env: askpass.environment }),
    },
    interpret: (line) => {
      const meaning = askpass?.read(line.text, line.pid) ?? read(line);
      if (meaning.kind === 'ready') askpass?.loggedIn();
      return meaning;
    },
    explainEnd: (cause) => Promise.resolve(askpass?.explainEnd(cause) ?? withLogin(cause, host)),
    roundTrip: (deadlineMs) => proveBySocket(probeSocket, deadlineMs, clock),
    cleanUp: async () => {
      await Promise.all([removeFile(socket), removeFile(probeSocket), askpass?.close()]);
    },
  };
}
