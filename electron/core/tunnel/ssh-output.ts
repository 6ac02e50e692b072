/** What ssh's stderr at LogLevel DEBUG1 means to its tunnel. The wording is the same since OpenSSH 6.7. */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { ChildLine, LineMeaning } from './child-tunnel.ts';
import { toEvidence } from './evidence.ts';
import { classifyComplaint } from './failure-classifier.ts';

const chatter: LineMeaning = { kind: 'chatter' };
const evidence: LineMeaning = { kind: 'evidence' };
const answered: LineMeaning = { kind: 'answered' };
const loggingIn: LineMeaning = { kind: 'logging-in' };
const letIn: LineMeaning = { kind: 'let-in' };

/** Reads one ssh whose tunnel listens on `socket`. */
export function createSshReader(service: ServiceSpec, socket: string): (line: ChildLine) => LineMeaning {
  /** Of channels that were seen to open: what for. A child's flood of lines is thinned out: some are never seen. */
  const channels = new Map<string, 'tcpip' | 'streamlocal'>();
  // The ssh of the first hop speaks at the same level, and does each of these once before ours.
  const isBehindJumpHost = service.connection.technology === 'ssh' && service.connection.jump.length > 0;
  let proxiesOfOurs = isBehindJumpHost ? 1 : 0;
  let loginsOfJumpHosts = isBehindJumpHost ? 1 : 0;
  let sessionsOfJumpHosts = isBehindJumpHost ? 1 : 0;
  let lastWords = `no listener on ${socket}`;

  const readDebug = (text: string, afterReady: boolean): LineMeaning => {
    if (text === `debug1: Local forwarding listening on path ${socket}.`)
      return { kind: 'ready', endpoint: { kind: 'unix', path: socket } };
    // Forwards are set up before the session: without the line above ours was not.
    if (text === 'debug1: Entering interactive session.' && !afterReady)
      return sessionsOfJumpHosts-- > 0 ? chatter : { kind: 'fatal', cause: cannotListen(lastWords) };
    if (text === 'debug1: Connection established.' || text.startsWith('debug1: Remote protocol version '))
      return answered;
    // Behind a jump host nobody knows whose login this is.
    if (text === 'debug1: SSH2_MSG_SERVICE_ACCEPT received') return isBehindJumpHost ? chatter : loggingIn;
    // A program of the user's ssh_config: nobody knows how far it is, and it may open a sign-in page.
    if (/^debug1: Executing proxy (?:dialer )?command: /.test(text))
      return proxiesOfOurs-- > 0 ? chatter : answered;
    const opened = /^debug1: channel (\d+): new \[?direct-(tcpip|streamlocal)/.exec(text);
    if (opened?.[1] !== undefined) channels.set(opened[1], opened[2] === 'tcpip' ? 'tcpip' : 'streamlocal');
    // They tell the address behind the name, which decides whether macOS may have denied it, and the jump host of ssh_config.
    return /^debug1: (?:Connecting to \S+ \[.+\] port \d+\.$|Setting implicit ProxyCommand from ProxyJump: )/.test(
      text,
    )
      ? evidence
      : chatter;
  };

  return ({ stream, text, afterReady }) => {
    if (stream === 'stdout') return chatter;
    if (text.startsWith('debug1: ')) return readDebug(text, afterReady);
    if (text.startsWith('Authenticated to ')) return loginsOfJumpHosts-- > 0 ? letIn : chatter;
    if (/^Transferred: |^Bytes per second: /.test(text)) return chatter;
    const failedChannel = /^channel (\d+): open failed: /.exec(text)?.[1];
    // Before readiness such a line comes from a jump host that cannot reach the next one.
    if (failedChannel === undefined || !afterReady) {
      // The last line of a failed listener only repeats that it failed.
      if (text !== 'Could not request local forwarding.') lastWords = text;
      return evidence;
    }
    const kind = channels.get(failedChannel);
    channels.delete(failedChannel);
    // The answer to a proof of transport, to a socket on the server, is always a refusal.
    if (kind !== 'tcpip') return chatter;
    const cause = classifyComplaint(service, text);
    // There is one target, and the server's rule on it is the same for every connection and every new tunnel.
    if (cause.code === 'forwarding-prohibited') return { kind: 'fatal', cause };
    return { kind: 'complaint', cause, mayExplainEnd: false };
  };
}

const cannotListen = (lastWords: string): Cause =>
  describeCause('exited', { ending: 'ssh could not open its socket', evidence: toEvidence(lastWords, []) });
