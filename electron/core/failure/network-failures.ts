/** Failures with the same wording in every technology: messages of the C library, Go, Node and Python. */
import type { CauseDetails } from '../../../shared/failure.ts';
import {
  type FailureContext,
  type FailureRule,
  type Finding,
  follows,
  portOf,
  proves,
} from './failure-rules.ts';
import { mayBeBlocked } from '../privacy/local-network.ts';

/** "No route to host" (EHOSTUNREACH) from `address`, if the line names one. */
export function noRoute(address: string | undefined, { privacy }: FailureContext): Finding {
  if (address === undefined) return { code: 'host-unreachable' };
  return mayBeBlocked(address, privacy)
    ? { code: 'local-network-denied', details: { address, program: privacy.program } }
    : { code: 'host-unreachable', details: { host: address } };
}

const noAnswer = /temporary failure in name resolution|EAI_AGAIN|lookup .*i\/o timeout/i;

/** No name server has answered; otherwise the line says that a name does not exist. */
export const isUnanswered = (line: string): true | undefined => (noAnswer.test(line) ? true : undefined);

export const nameAsked = ({ input, 1: host }: RegExpExecArray): CauseDetails => ({
  host,
  isUnanswered: isUnanswered(input),
});

/** `1.2.3.4:443` in a Go error: `dial tcp 1.2.3.4:443: connect: …` */
const dialedAddress = /dial tcp \[?([^\]\s]+?)\]?:(\d+): /i;

export const networkFailures: readonly FailureRule[] = [
  proves(
    'certificate-invalid',
    /\bx509: |certificate (?:has expired|signed by unknown|is not trusted|verify failed)|self.signed certificate/i,
  ),
  {
    pattern: /no route to host|EHOSTUNREACH/i,
    finding: (match, context) => noRoute(dialedAddress.exec(match.input)?.[1], context),
  },
  proves(
    'host-unreachable',
    /network is (?:unreachable|down)|host is (?:unreachable|down)|can(?:no|')t assign requested address|ENETUNREACH|ENETDOWN|EHOSTDOWN/i,
    ({ input }) => ({ host: dialedAddress.exec(input)?.[1] }),
  ),
  proves('name-not-found', /lookup (\S+?)(?: on \S+)?: /i, nameAsked),
  proves('name-not-found', /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)/, nameAsked),
  proves(
    'name-not-found',
    /no such host|name or service not known|nodename nor servname|temporary failure in name resolution|could not resolve/i,
    nameAsked,
  ),
  // kubectl's private endpoint, whose port changes with each try.
  proves('exited', /unable to (?:create listener|listen on)/i, { ending: 'its private port was taken' }),
  // The private endpoint of a command, or a further port that it opens.
  proves('exited', /address already in use|EADDRINUSE/i, ({ input }) => {
    const port = /(?:[\d\]*:\s]|localhost):(\d{3,5})(?!\d)/.exec(input)?.[1];
    return { ending: `${port === undefined ? 'a port' : `port ${port}`}, which it opens, is in use` };
  }),
  proves('connection-refused', /connection refused|actively refused|ECONNREFUSED/i, ({ input }) => {
    const [, host, port] = dialedAddress.exec(input) ?? [];
    return { host, port: portOf(port) };
  }),
  proves('timed-out', /timed out|timeout|deadline exceeded|ETIMEDOUT/i, ({ input }) => ({
    host: dialedAddress.exec(input)?.[1],
  })),
  follows(
    'closed-by-remote',
    /connection reset|broken pipe|closed by (?:the )?remote|\bEOF$|unexpected EOF|http2: (?:client connection lost|server sent GOAWAY)|ECONNRESET|EPIPE/i,
  ),
];
