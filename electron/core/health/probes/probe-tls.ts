import net from 'node:net';
import tls from 'node:tls';

export interface ProbeTlsOptions {
  /** A name or an address, IPv6 with or without brackets. */
  readonly servername: string;
  /** Whether issuer, dates and name of the certificate are verified. */
  readonly verifySsl: boolean;
}

/** TLS options of a connection. Without verification, `caFile` is not needed. */
export const overTls = (spec: ProbeTlsOptions & { readonly caFile: string | null }) => ({
  tls: tlsOptions(spec),
  caFile: spec.verifySsl ? spec.caFile : null,
});

/** Options for a handshake that verifies the certificate against one name. */
export function tlsOptions({ servername, verifySsl }: ProbeTlsOptions): tls.ConnectionOptions {
  // SNI must not be an address (RFC 6066, section 3), but the certificate is still checked against it.
  const host = servername.replace(/^\[|\]$/g, '');
  return {
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: verifySsl,
    checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate),
  };
}
