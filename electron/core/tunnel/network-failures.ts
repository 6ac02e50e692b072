/** Failures that every technology words alike: the C library's, Go's, Node's and Python's names for them. */
import { isIP } from 'node:net';
import type { CauseDetails } from '../../../shared/failure.ts';
import {
  type FailureContext,
  type FailureRule,
  type Finding,
  follows,
  portOf,
  proves,
} from './failure-rules.ts';

/**
 * macOS 15 and later answers "No route to host" when the user has not allowed the local network to the app; the same
 * words towards a public address mean what they say.
 */
export function unreachable(address: string | undefined, { platform }: FailureContext): Finding {
  const denied = platform === 'darwin' && address !== undefined && isLocalAddress(address);
  const details: CauseDetails = address === undefined ? {} : { host: address };
  return denied ? { code: 'local-network-denied' } : { code: 'host-unreachable', details };
}

/** A private or link-local address, or a name of the local network. */
export function isLocalAddress(host: string): boolean {
  if (isIP(host) === 4) return /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host);
  if (isIP(host) === 6) return /^(f[cd]|fe[89ab])/i.test(host);
  return /\.(local|lan|home\.arpa)\.?$/i.test(host);
}

/** `1.2.3.4:443` in a Go error: `dial tcp 1.2.3.4:443: connect: …` */
const dialled = /dial tcp \[?([^\]\s]+?)\]?:(\d+): /i;

export const networkFailures: readonly FailureRule[] = [
  {
    pattern:
      /\bx509: |certificate (?:has expired|signed by unknown|is not trusted|verify failed)|self.signed certificate/i,
    finding: () => ({ code: 'certificate-invalid' }),
  },
  {
    pattern:
      /no route to host|network is (?:unreachable|down)|host is (?:unreachable|down)|EHOSTUNREACH|ENETUNREACH/i,
    finding: (match, context) => unreachable(dialled.exec(match.input)?.[1], context),
  },
  {
    pattern: /lookup (\S+?)(?: on \S+)?: /i,
    finding: (match) => ({ code: 'name-not-found', details: { host: match[1] } }),
  },
  {
    pattern: /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)/,
    finding: (match) => ({ code: 'name-not-found', details: { host: match[1] } }),
  },
  proves(
    'name-not-found',
    /no such host|name or service not known|nodename nor servname|temporary failure in name resolution|could not resolve/i,
  ),
  // Of a private endpoint, which is another one at the next try: not the service's own port.
  proves('exited', /address already in use|EADDRINUSE|unable to (?:create listener|listen on)/i, {
    ending: 'its private port was taken',
  }),
  {
    pattern: /connection refused|actively refused|ECONNREFUSED/i,
    finding: (match) => {
      const dial = dialled.exec(match.input);
      return dial === null
        ? { code: 'connection-refused' }
        : { code: 'connection-refused', details: { host: dial[1], port: portOf(dial[2]) } };
    },
  },
  proves('timed-out', /timed out|timeout|deadline exceeded|ETIMEDOUT/i),
  follows(
    'closed-by-remote',
    /connection reset|broken pipe|closed by (?:the )?remote|unexpected EOF|ECONNRESET|EPIPE/i,
  ),
];
