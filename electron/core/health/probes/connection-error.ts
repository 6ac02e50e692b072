/** Maps a connection error to the failure of a check, with a finding that users can act on. Pure. */
import { closedConnection, otherProtocol, refusal, wrongAnswer } from './probe-failures.ts';
import type { Closing, FailedProbe } from './probe-failures.ts';

/** How far the check got before the error. */
export interface ErrorContext extends Closing {
  /** The finding if the remote end closed the connection. */
  readonly whenClosed: string;
  /** Whether the endpoint had accepted the connection. */
  readonly isOpen: boolean;
  /** Why TLS rejected the certificate: an error code of OpenSSL or Node. */
  readonly certificateError: string | null;
}

const certificateFindings: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not yet valid',
  CERT_REVOKED: 'the certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is signed by an unknown authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
};

const closings: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** connect(2) and socket(2): a full backlog, or no descriptors, buffers, memory or ports left on this side. */
const shortages: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EADDRNOTAVAIL',
]);

/** Errors of OpenSSL and BoringSSL when a peer answers the handshake in another protocol. */
const notTls =
  /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST|UNEXPECTED_MESSAGE/;

/** Interprets an error of a socket, of TLS, or of Node's HTTP parser. */
export function readConnectionError(error: Error, context: ErrorContext): FailedProbe {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (closings.has(code)) return closedConnection(context.whenClosed, context);
  const finding = `the connection failed (${code === '' ? error.message : code})`;
  if (!context.isOpen) return unconnected(code, finding);
  return readProtocolError(code, context) ?? closedConnection(finding, context);
}

function unconnected(errno: string, finding: string): FailedProbe {
  const failure = { kind: 'unconnected', errno, busy: shortages.has(errno) } as const;
  switch (errno) {
    case 'ECONNREFUSED':
      return { kind: 'failed', finding: 'the connection was refused (ECONNREFUSED)', failure };
    case 'ENOENT':
      return { kind: 'failed', finding: "the tunnel's socket is gone (ENOENT)", failure };
    default:
      return { kind: 'failed', finding, failure };
  }
}

/** null: the code says nothing about an answer. */
function readProtocolError(code: string, context: ErrorContext): FailedProbe | null {
  if (code !== '' && code === context.certificateError) return badCertificate(code);
  if (code === 'HPE_HEADER_OVERFLOW') {
    return refusal('the response headers are too large', 'The response headers are too large');
  }
  if (code.startsWith('HPE_')) return otherProtocol('HTTP', code);
  if (notTls.test(code)) return otherProtocol('TLS');
  if (!context.remoteEndSpoke || !(code.startsWith('ERR_SSL_') || code === 'EPROTO')) return null;
  const title = 'The service refused the TLS connection';
  return wrongAnswer(`the TLS handshake failed (${code})`, { code: 'check-failed', title });
}

/** `code`: why TLS rejected the certificate. */
export function badCertificate(code: string): FailedProbe {
  const problem = code === 'CERT_HAS_EXPIRED' ? 'expired' : 'untrusted';
  const finding = certificateFindings[code] ?? `the certificate is not trusted (${code})`;
  return wrongAnswer(finding, { code: 'certificate-invalid', problem });
}
