/** What a broken connection means, in words a user can act on. */

const certificateFindings: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  CERT_REVOKED: 'the certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is signed by an unknown authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
};

/** OpenSSL and BoringSSL say so when a peer answers the handshake in another protocol. */
const notTls =
  /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST|UNEXPECTED_MESSAGE/;

/**
 * The finding for an error of a socket, of TLS or of Node's HTTP parser.
 * `whenClosed` is said of a connection that the far end ended; it depends on how far the check had come.
 */
export function describeConnectionError(error: Error, whenClosed: string): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const certificate = certificateFindings[code];
  if (certificate !== undefined) return certificate;
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') return whenClosed;
  if (code === 'ECONNREFUSED') return 'the connection was refused (ECONNREFUSED)';
  if (code === 'ENOENT') return "the tunnel's socket is gone (ENOENT)";
  if (code === 'HPE_HEADER_OVERFLOW') return 'the headers of the answer are too large';
  if (code.startsWith('HPE_')) return `the answer is not HTTP (${code})`;
  if (notTls.test(code)) return 'the answer is not TLS';
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return `the TLS handshake failed (${code})`;
  if (code.startsWith('CERT_')) return `the certificate is not trusted (${code})`;
  return `the connection failed (${code === '' ? error.message : code})`;
}
