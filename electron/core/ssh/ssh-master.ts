/** One connection to an ssh host that carries forwards. Its endpoint is its control socket. */
import net from 'node:net';
import type { SshConnection } from '../../../shared/service-spec.ts';
import { type Cause, describeCause, withLockedKey, withOpenMaster } from '../../../shared/failure.ts';
import { loginCommand, type PromptKind } from '../../../shared/prompt.ts';
import { parseSecretReference } from '../../../shared/secret-reference.ts';
import type { Clock } from '../clock.ts';
import { defaultStartTimeoutMs } from '../config/service-defaults.ts';
import type { PromptQueue } from '../prompts/prompt-queue.ts';
import { ChildCarrier, type ChildPlan, type ChildCarrierOptions } from '../transport/child-carrier.ts';
import { keyFileIn } from '../askpass/answer-name.ts';
import { findLockedKey, type LockedKeyTerms } from './locked-key.ts';
import {
  ensureRuntimeDirectory,
  removeControlSocket,
  removeFile,
  tunnelFile,
} from '../files/private-path.ts';
import { SshAskpass } from '../askpass/ssh-askpass.ts';
import { explainSilentAgent } from './silent-agent.ts';
import { sshMasterArgv, type SshTiming } from './ssh-command.ts';
import { roundTripThrough } from './ssh-round-trip.ts';
import { createMasterReader } from './ssh-output.ts';
import { isBehindProxy } from './ssh-settings.ts';
import { hasOpenMaster } from './user-master.ts';
import type { Carrier, CarrierRequest, ListenRefusal } from '../transport/carrier.ts';

export interface SshMasterOptions extends ChildCarrierOptions {
  /** An existing 0700 directory of the user's: the sockets are created here. */
  readonly runtimeDirectory: string;
  readonly prompts: PromptQueue;
  readonly timing?: SshTiming;
}

export interface MasterParts {
  readonly connection: SshConnection;
  /** The same for all services that log in with the same settings. */
  readonly login: string;
  readonly onRefusal: (path: string, line: string) => void;
  readonly onListenRefused: (refusal: ListenRefusal) => void;
  /** The services that use it now. */
  readonly services: () => readonly string[];
  /** The login needed the user: an answer, or the touch of a key. */
  readonly onUserNeeded: () => void;
  /** See `AskpassLogin`. */
  readonly passwordName?: string | null;
}

/** A dead connection is detected within 10 s: ssh disconnects one interval after the last probe. */
const defaultTiming: SshTiming = { connectTimeoutSeconds: 10, aliveIntervalSeconds: 3, aliveCountMax: 2 };

/** Longer than all prompts of one login. */
const promptTimeoutSeconds = 900;

/** Between the end of the key exchange and the session. */
const quickLoginMs = 2_000;

/** Never throws: every failure is the value of `ready` and `ended`. */
export function openMaster(request: CarrierRequest, given: MasterParts, options: SshMasterOptions): Carrier {
  const parts = withReplacedPassword(given, options.prompts);
  const tunnel = new ChildCarrier(options, request);
  const launch = (timing: SshTiming): void => {
    try {
      tunnel.launch(planMaster(request, { ...parts, timing }, options));
      void watchLogin(tunnel, parts.onUserNeeded, options.clock);
    } catch (error) {
      tunnel.fail(describeCause('exited', { ending: 'it could not be started', evidence: String(error) }));
    }
  };
  const timing = timingOf(request, options);
  if (options.prompts.mayAnswer) void timingForPrompts(timing, parts.connection, options).then(launch);
  else launch(timing);
  return tunnel;
}

/**
 * Prompts the user for the password if they chose that. Their answer may replace the config's password, which is used if
 * nobody can answer.
 */
function withReplacedPassword(parts: MasterParts, { memory, mayAnswer }: PromptQueue): MasterParts {
  const { password } = parts.connection;
  if (password === null || !mayAnswer || !memory.isStoredReplaced(parts.login)) return parts;
  const reference = parseSecretReference(password);
  const passwordName = reference?.kind === 'keychain' ? reference.name : null;
  return {
    ...parts,
    connection: { ...parts.connection, password: null },
    ...(reference === null ? {} : { passwordName }),
  };
}

/**
 * ssh's ConnectTimeout keeps running while a jump host prompts the user, who may take five minutes for each prompt;
 * our start deadline pauses. If ssh connects directly, its timeout stays, so that it tries a name's next address.
 */
async function timingForPrompts(
  timing: SshTiming,
  connection: SshConnection,
  options: SshMasterOptions,
): Promise<SshTiming> {
  if (connection.jump.length > 0) return { ...timing, behindHopSeconds: promptTimeoutSeconds };
  const isWaiting = await isBehindProxy(connection, options);
  return isWaiting ? { ...timing, connectTimeoutSeconds: promptTimeoutSeconds } : timing;
}

/** Where ssh has no askpass for a touch, it prints nothing: only the duration shows it. */
async function watchLogin(tunnel: ChildCarrier, onUserNeeded: () => void, clock: Clock): Promise<void> {
  await tunnel.loggingIn;
  const since = clock.now();
  await tunnel.ready;
  if (clock.now() - since > quickLoginMs) onUserNeeded();
}

/** Throws if the runtime directory cannot be created, or the askpass program cannot be written. */
function planMaster(
  request: CarrierRequest,
  {
    connection,
    login: key,
    onRefusal,
    onListenRefused,
    services,
    onUserNeeded,
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
    ...{ services, onUserNeeded, key, host, port, user, jump, password },
    ...(passwordName === undefined ? {} : { passwordName }),
  };
  const askpass = password === null && !mayAsk ? null : new SshAskpass(askpassFile, login, prompts);
  const reader = createMasterReader({ service, controlPath, onRefusal, onListenRefused });
  const end = new AbortController();
  const explained = new WeakSet<Cause>();
  const explain = async (cause: Cause, signal: AbortSignal): Promise<Cause> => {
    const question = askpass?.lastUnsuccessful ?? null;
    const terms = { launcher: options.launcher, clock, signal };
    const found =
      isRefusedLogin(cause) && (await hasOpenMaster(connection, terms))
        ? withOpenMaster(cause, host)
        : await withKey(cause, { connection, question, terms });
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
    explainTimeout: async () => {
      const agentRequest = reader.agentRequest();
      const terms = { launcher: options.launcher, clock, signal: end.signal };
      return agentRequest === null ? null : explainSilentAgent(agentRequest, connection, terms);
    },
    isUnused: (cause) => cause.code === 'closed-by-remote' && reader.isUnused(),
    wake: () => {
      wake(controlPath);
    },
    roundTrip: roundTripThrough({ controlPath, probeSocket, clock }),
    cleanUp: async () => {
      end.abort();
      await Promise.all([removeControlSocket(controlPath), removeFile(probeSocket), askpass?.close()]);
    },
  };
}

/**
 * Wakes ssh's event loop by connecting to its control socket. A signal that arrives between ssh's check for signals
 * and its poll takes effect only at the next event, up to 3 s later (client_loop of OpenSSH 9.1, which does not
 * block signals there).
 */
function wake(controlPath: string): void {
  const socket = net.connect(controlPath);
  socket.once('connect', () => socket.destroy());
  socket.on('error', () => undefined);
}

/** A long start timeout also raises ssh's connect timeout: for a slow ProxyCommand, for example. */
function timingOf({ service }: CarrierRequest, { timing = defaultTiming }: SshMasterOptions): SshTiming {
  // Up to the default, an attempt that is not answered in the usual time is given up and repeated.
  if (service.startTimeoutMs <= defaultStartTimeoutMs) return timing;
  return { ...timing, connectTimeoutSeconds: Math.ceil(service.startTimeoutMs / 1000) };
}

interface KeySearch {
  readonly connection: SshConnection;
  /** The last prompt that did not lead to a login. */
  readonly question: { readonly kind: PromptKind; readonly words: string } | null;
  readonly terms: LockedKeyTerms;
}

const isRefusedLogin = ({ code }: Cause): boolean => code === 'auth-failed' || code === 'question-unanswered';

/** Offers a locked key that the login may have needed. For jump hosts, only a key that ssh asked about is known. */
async function withKey(cause: Cause, { connection, question, terms }: KeySearch): Promise<Cause> {
  // One more key in the agent would not help.
  if (/Too many authentication failures/i.test(cause.evidence ?? '')) return cause;
  const isOpen =
    cause.action?.kind === 'open-config' || (cause.action?.kind === 'log-in' && !cause.action.replacesStored);
  if (!isRefusedLogin(cause) || !isOpen || (question !== null && question.kind !== 'passphrase'))
    return cause;
  const asked = question === null ? null : keyFileIn(question.words);
  if (asked === null && connection.jump.length > 0 && connection.keyFile === null) return cause;
  const file = await findLockedKey(connection, asked, terms);
  return file === null ? cause : withLockedKey(cause, file);
}

/** ssh ran without prompts (BatchMode), but the server would have accepted an answer. */
function withLogin(cause: Cause, host: string): Cause {
  const acceptsAnswers = /\([^)]*(?:password|keyboard-interactive)[^)]*\)/.test(cause.evidence ?? '');
  if (cause.code !== 'auth-failed' || !acceptsAnswers) return cause;
  return describeCause('auth-failed', {
    host,
    evidence: cause.evidence ?? undefined,
    login: loginCommand(host),
  });
}
