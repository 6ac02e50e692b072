import net from 'node:net';
import tls from 'node:tls';

export interface ProbeTlsOptions {
  /** A name or an address, IPv6 with or without brackets. */
  readonly servername: string;
  /** Whether authority, dates and name of the certificate count. */
  readonly verifySsl: boolean;
}

/** What a transport over TLS needs. Where nothing is verified, it does not matter by whom. */
export const overTls = (spec: ProbeTlsOptions & { readonly caFile: string | null }) => ({
  tls: tlsOptions(spec),
  caFile: spec.verifySsl ? spec.caFile : null,
});

/** Options of a handshake that checks the certificate against one name. */
export function tlsOptions({ servername, verifySsl }: ProbeTlsOptions): tls.ConnectionOptions {
  // A server name must not be an address (RFC 6066, section 3); the certificate is checked against it all the same.
  const host = servername.replace(/^\[|\]$/g, '');
  return {
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: verifySsl,
    checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate),
  };
}
