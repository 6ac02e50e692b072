/** Interprets the stderr of an ssh master at LogLevel DEBUG1. The messages have not changed since OpenSSH 6.7. */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { ListenRefusal } from '../transport/carrier.ts';
import type { ChildLine, LineMeaning } from '../transport/child-carrier.ts';

const chatter: LineMeaning = { kind: 'chatter' };
const evidence: LineMeaning = { kind: 'evidence' };
const answered: LineMeaning = { kind: 'answered' };
const loggingIn: LineMeaning = { kind: 'logging-in' };
const hopPassed: LineMeaning = { kind: 'hop-passed' };

/** ssh truncates a path in its messages about a channel (port_open_helper in channels.c). */
export const maxToldPathLength = 100;

export interface MasterReaderParts {
  readonly service: ServiceSpec;
  readonly controlPath: string;
  /** A client's connection failed at the remote end; `path`: the forward's socket, possibly truncated. */
  readonly onRefusal: (path: string, line: string) => void;
  readonly onListenRefused: (refusal: ListenRefusal) => void;
}

/** `keys`: the list of them, which the agent may not even have been asked for. */
export type AgentRequest = 'keys' | { readonly signatureWith: string };

export interface MasterReader {
  readonly read: (line: ChildLine) => LineMeaning;
  /** No channel is open, as far as the output shows. */
  readonly isUnused: () => boolean;
  /** What a login waits for if its agent is silent; null: not for the agent. */
  readonly agentRequest: () => AgentRequest | null;
}

export function createMasterReader({
  service,
  controlPath,
  onRefusal,
  onListenRefused,
}: MasterReaderParts): MasterReader {
  /** Clients' channels. */
  const open = new Set<string>();
  let isCountLost = false;
  /**
   * Lines about channels that could not be opened, until a later line names the forward. The number is limited,
   * because for some no such line follows.
   */
  const refused = new Map<string, string>();
  /** Arrives just before the refusal that it explains: a server answers in the order of the requests. */
  let prohibition: string | null = null;
  // The ssh of the first hop logs at the same level, and prints each of these lines once before ours.
  const isBehindJumpHost = service.connection.technology === 'ssh' && service.connection.jump.length > 0;
  let ownProxies = isBehindJumpHost ? 1 : 0;
  let loginsOfJumpHosts = isBehindJumpHost ? 1 : 0;
  let sessionsOfJumpHosts = isBehindJumpHost ? 1 : 0;
  let agentRequest: AgentRequest | null = null;

  const readDebug = (text: string, afterReady: boolean): LineMeaning => {
    agentRequest = agentRequestAfter(text, agentRequest);
    // The control socket is listening by then (ssh_session2 in ssh.c).
    if (text === 'debug1: Entering interactive session.' && !afterReady)
      return sessionsOfJumpHosts-- > 0
        ? chatter
        : { kind: 'ready', endpoint: { kind: 'unix', path: controlPath } };
    if (text === 'debug1: Connection established.' || text.startsWith('debug1: Remote protocol version '))
      return answered;
    // Behind a jump host it is unclear whose login this is.
    if (text === 'debug1: SSH2_MSG_SERVICE_ACCEPT received') return isBehindJumpHost ? chatter : loggingIn;
    // A program from the user's ssh_config, whose progress is unknown; it may open a sign-in page.
    if (/^debug1: Executing proxy (?:dialer )?command: /.test(text))
      return ownProxies-- > 0 ? chatter : { kind: 'answered', mayExplainEnd: true };
    const remote = /^debug1: Remote: (.+)$/.exec(text)?.[1];
    if (remote !== undefined && /disabled|refused/i.test(remote)) prohibition = remote;
    if (text.startsWith('debug1: mux_confirm_remote_forward: success')) prohibition = null;
    const opened = /^debug1: channel (\d+): new \[?(?:direct|forwarded)-/.exec(text)?.[1];
    if (opened !== undefined) open.add(opened);
    const [, freed, description] = /^debug1: channel (\d+): free: (.*), nchannels \d+$/.exec(text) ?? [];
    if (freed !== undefined) {
      open.delete(freed);
      const path = / to (.+) port \d+$/.exec(description ?? '')?.[1];
      if (path !== undefined) reportRefusal(freed, path);
    }
    // These contain the resolved address, which matters for the local network permission of macOS, and the jump
    // host from ssh_config.
    return /^debug1: (?:Connecting to \S+ \[.+\] port \d+\.$|Setting implicit ProxyCommand from ProxyJump: |kex_exchange_identification: banner line 0: )/.test(
      text,
    )
      ? evidence
      : chatter;
  };

  const reportRefusal = (channel: string, path: string): void => {
    const line = refused.get(channel);
    refused.delete(channel);
    if (line !== undefined) onRefusal(path, line);
  };

  const read = ({ stream, text, afterReady }: ChildLine): LineMeaning => {
    if (stream === 'stdout') return chatter;
    if (text.startsWith('debug1: ')) return readDebug(text, afterReady);
    if (text.startsWith('Authenticated to ')) return loginsOfJumpHosts-- > 0 ? hopPassed : chatter;
    if (/^Transferred: |^Bytes per second: /.test(text)) return chatter;
    const [, port, path] =
      /^mux_confirm_remote_forward: remote port forwarding failed for listen (?:port (\d+)|path (.+))$/.exec(
        text,
      ) ?? [];
    const place = port ?? path;
    if (place !== undefined) {
      onListenRefused({ place, line: text, prohibition });
      prohibition = null;
      return chatter;
    }
    // The dropped lines may include the ones about these channels.
    if (/^[\d,]+ lines dropped$/.test(text)) {
      refused.clear();
      isCountLost = true;
    }
    const channel = /^channel (\d+): open failed: /.exec(text)?.[1];
    // Before readiness, such a line comes from a jump host that cannot reach the next one.
    if (channel === undefined || !afterReady) return evidence;
    refused.set(channel, text);
    if (refused.size > maxChannels) refused.clear();
    return chatter;
  };

  return { read, isUnused: () => open.size === 0 && !isCountLost, agentRequest: () => agentRequest };
}

/**
 * The order of sshconnect2.c: after the key exchange, ssh lists the keys of the agent, before it sends
 * anything; when the server has accepted a key, the agent signs.
 */
function agentRequestAfter(text: string, before: AgentRequest | null): AgentRequest | null {
  if (text === 'debug1: SSH2_MSG_NEWKEYS received') return 'keys';
  if (/^debug1: (?:rekey |ssh_packet_)/.test(text)) return before;
  const key = /^debug1: Server accepts key: (.+) agent$/.exec(text)?.[1];
  return key === undefined ? null : { signatureWith: key };
}

const maxChannels = 1_000;

export const cannotListen = (evidence: string): Cause =>
  describeCause('exited', { ending: 'ssh could not open its socket', evidence });
