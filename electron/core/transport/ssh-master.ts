/** One connection to an ssh host that carries forwards. Its endpoint is its control socket. */
import net from 'node:net';
import { type Cause, describeCause, withLockedKey } from '../../../shared/failure.ts';
import { loginCommand, type PromptKind } from '../../../shared/prompt.ts';
import { parseSecretReference } from '../../../shared/secret-reference.ts';
import type { Clock } from '../clock.ts';
import { defaultStartTimeoutMs } from '../config/service-defaults.ts';
import type { PromptDesk } from '../prompts/prompt-desk.ts';
import { ChildCarrier, type ChildPlan, type ChildCarrierOptions } from './child-carrier.ts';
import { keyFileIn } from './answer-name.ts';
import { findLockedKey, type LockedKeyTerms } from './locked-key.ts';
import { ensureRuntimeDirectory, removeFile, tunnelFile } from './private-path.ts';
import { SshAskpass } from './ssh-askpass.ts';
import { sshMasterArgv, type SshConnection, type SshTiming } from './ssh-command.ts';
import { sshMux } from './ssh-mux.ts';
import { createMasterReader, type ListenRefusal } from './ssh-output.ts';
import { isBehindProxy } from './ssh-settings.ts';
import { proveBySocket } from './transport-proof.ts';
import type { TransportProof, Carrier, CarrierRequest } from './carrier.ts';

export interface SshMasterOptions extends ChildCarrierOptions {
  /** An existing 0700 directory of the user's: the sockets lie here. */
  readonly runtimeDirectory: string;
  readonly prompts: PromptDesk;
  readonly timing?: SshTiming;
}

export interface MasterParts {
  readonly connection: SshConnection;
  /** The same for all services that log in with the same things. */
  readonly login: string;
  readonly onRefusal: (path: string, line: string) => void;
  readonly onListenRefused: (refusal: ListenRefusal) => void;
  /** The services that use it now. */
  readonly services: () => readonly string[];
  /** The login took a human: an answer, or the touch of a key. */
  readonly onHuman: () => void;
  /** As in `AskpassLogin`. */
  readonly passwordName?: string | null;
}

/** A silent server is given up within 10 s: ssh does so one interval after the last question. */
const defaultTiming: SshTiming = { connectTimeoutSeconds: 10, aliveIntervalSeconds: 3, aliveCountMax: 2 };

/** Longer than all questions of one login. */
const patienceSeconds = 900;

/** Between the end of the key exchange and the session. */
const quickLoginMs = 2_000;

/** No server has it: asking for it costs the server nothing and tells nothing. */
const absentSocket = '/localport-transport-probe';

/** Never throws: every failure is the value of `ready` and `ended`. */
export function openMaster(request: CarrierRequest, given: MasterParts, options: SshMasterOptions): Carrier {
  const parts = withReplacedPassword(given, options.prompts);
  const tunnel = new ChildCarrier(options, request);
  const launch = (timing: SshTiming): void => {
    try {
      tunnel.launch(planMaster(request, { ...parts, timing }, options));
      void watchLogin(tunnel, parts.onHuman, options.clock);
    } catch (error) {
      tunnel.fail(describeCause('exited', { ending: 'it could not be started', evidence: String(error) }));
    }
  };
  const timing = timingOf(request, options);
  if (options.prompts.mayAnswer) void patientTiming(timing, parts.connection, options).then(launch);
  else launch(timing);
  return tunnel;
}

/** The user is asked for the password where they have chosen that; what they answer may take the place of the config's. */
function withReplacedPassword(parts: MasterParts, { memory }: PromptDesk): MasterParts {
  const { password } = parts.connection;
  if (password === null || !memory.isStoredReplaced(parts.login)) return parts;
  const reference = parseSecretReference(password);
  const passwordName = reference?.kind === 'keychain' ? reference.name : null;
  return {
    ...parts,
    connection: { ...parts.connection, password: null },
    ...(reference === null ? {} : { passwordName }),
  };
}

/**
 * ssh's ConnectTimeout goes on while a jump host asks the user, who may take five minutes for each question; the start's deadline
 * does not. Where ssh connects by itself, its timeout stays: so a name's next address gets its turn.
 */
async function patientTiming(
  timing: SshTiming,
  connection: SshConnection,
  options: SshMasterOptions,
): Promise<SshTiming> {
  if (connection.jump.length > 0) return { ...timing, behindHopSeconds: patienceSeconds };
  const isWaiting = await isBehindProxy(connection, options);
  return isWaiting ? { ...timing, connectTimeoutSeconds: patienceSeconds } : timing;
}

/** Of a touch nothing is said where ssh has no askpass for it: only the time tells. */
async function watchLogin(tunnel: ChildCarrier, onHuman: () => void, clock: Clock): Promise<void> {
  await tunnel.loggingIn;
  const since = clock.now();
  await tunnel.ready;
  if (clock.now() - since > quickLoginMs) onHuman();
}

/** Throws when the runtime directory is gone for good, or the askpass program cannot be written. */
function planMaster(
  request: CarrierRequest,
  {
    connection,
    login: key,
    onRefusal,
    onListenRefused,
    services,
    onHuman,
    passwordName,
    timing,
  }: MasterParts & { readonly timing: SshTiming },
  options: SshMasterOptions,
): ChildPlan {
  const { runtimeDirectory, clock, prompts } = options;
  const { id, service } = request;
  const controlPath = tunnelFile(runtimeDirectory, id, 'c');
  const probeSocket = tunnelFile(runtimeDirectory, id, 'live');
  const askpassFile = tunnelFile(runtimeDirectory, id, 'pass');
  const { host, port, user, jump, password } = connection;
  ensureRuntimeDirectory(runtimeDirectory);
  const mayAsk = prompts.mayAnswer;
  const login = {
    ...{ services, onHuman, key, host, port, user, jump, password },
    ...(passwordName === undefined ? {} : { passwordName }),
  };
  const askpass = password === null && !mayAsk ? null : new SshAskpass(askpassFile, login, prompts);
  const reader = createMasterReader({ service, controlPath, onRefusal, onListenRefused });
  const end = new AbortController();
  const explained = new WeakSet<Cause>();
  const explain = async (cause: Cause, signal: AbortSignal): Promise<Cause> => {
    const question = askpass?.lastInVain ?? null;
    const terms = { launcher: options.launcher, clock, signal };
    const found = await withKey(cause, { connection, question, terms });
    explained.add(found);
    return found;
  };
  return {
    child: {
      name: `ssh ${host}`,
      argv: sshMasterArgv(connection, controlPath, timing, mayAsk),
      ...(askpass === null ? {} : { env: askpass.environment }),
    },
    interpret: (line) => {
      const meaning = askpass?.read(line.text, line.pid) ?? reader.read(line);
      if (meaning.kind === 'ready') askpass?.loggedIn();
      if (meaning.kind !== 'question') return meaning;
      const settled = meaning.settled.then((cause) => (cause === null ? null : explain(cause, end.signal)));
      return { ...meaning, settled };
    },
    explainEnd: (cause, signal) =>
      explained.has(cause)
        ? Promise.resolve(cause)
        : explain(askpass?.explainEnd(cause) ?? withLogin(cause, host), signal),
    isUnused: (cause) => cause.code === 'closed-by-remote' && reader.isUnused(),
    wake: () => {
      wake(controlPath);
    },
    roundTrip: roundTripThrough({ controlPath, probeSocket, clock }),
    cleanUp: async () => {
      end.abort();
      await Promise.all([removeFile(controlPath), removeFile(probeSocket), askpass?.close()]);
    },
  };
}

interface ProbePlace {
  readonly controlPath: string;
  readonly probeSocket: string;
  readonly clock: Clock;
}

/**
 * A signal that comes between ssh's look for one and its poll is seen with the next event only (client_loop of OpenSSH 9.1, which blocks
 * no signals there), 3 s later at the worst: a connection to its control socket is one.
 */
function wake(controlPath: string): void {
  const socket = net.connect(controlPath);
  socket.once('connect', () => socket.destroy());
  socket.on('error', () => undefined);
}

/** Asks the server for something that it always refuses: the refusal is a round trip. */
function roundTripThrough({ controlPath, probeSocket, clock }: ProbePlace) {
  let isOpen = false;
  return async (deadlineMs: number): Promise<TransportProof> => {
    const startedAt = clock.now();
    if (!isOpen) {
      const forward = { listenPath: probeSocket, to: { path: absentSocket } };
      const opened = await sshMux.open({ controlPath, clock, deadlineMs }, forward);
      if (!opened.ok)
        return opened.error.kind === 'silent' ? { kind: 'silent' } : goneProof(opened.error.reason);
      isOpen = true;
    }
    return proveBySocket(probeSocket, Math.max(0, deadlineMs - (clock.now() - startedAt)), clock);
  };
}

const goneProof = (reason: string): TransportProof => ({
  kind: 'dead',
  cause: describeCause('exited', { ending: 'its private socket is gone', evidence: reason }),
});

/** A longer start is also one that may take longer to be answered: behind a slow ProxyCommand, say. */
function timingOf({ service }: CarrierRequest, { timing = defaultTiming }: SshMasterOptions): SshTiming {
  // Up to the default, what is not answered within the usual time is given up and tried again.
  if (service.startTimeoutMs <= defaultStartTimeoutMs) return timing;
  return { ...timing, connectTimeoutSeconds: Math.ceil(service.startTimeoutMs / 1000) };
}

interface KeySearch {
  readonly connection: SshConnection;
  /** What the user was asked in vain. */
  readonly question: { readonly kind: PromptKind; readonly words: string } | null;
  readonly terms: LockedKeyTerms;
}

/** Where a key would have helped, and it is locked. Of jump hosts nothing is known but the key that was asked about. */
async function withKey(cause: Cause, { connection, question, terms }: KeySearch): Promise<Cause> {
  const isRefused = cause.code === 'auth-failed' || cause.code === 'question-unanswered';
  const isOpen =
    cause.action?.kind === 'open-config' || (cause.action?.kind === 'log-in' && !cause.action.replacesStored);
  if (!isRefused || !isOpen || (question !== null && question.kind !== 'passphrase')) return cause;
  const asked = question === null ? null : keyFileIn(question.words);
  if (asked === null && connection.jump.length > 0 && connection.keyFile === null) return cause;
  const file = await findLockedKey(connection, asked, terms);
  return file === null ? cause : withLockedKey(cause, file);
}

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
