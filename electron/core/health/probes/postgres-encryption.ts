/** The first request to a PostgreSQL server, whether it supports TLS, and how `sslmode` interprets the answer. */
import type tls from 'node:tls';
import { assertNever } from '../../../../shared/result.ts';
import type { ProbeSpec, SslMode } from '../../../../shared/service-spec.ts';
import type { ProbeConnection } from './probe-connection.ts';
import { otherProtocol } from './probe-failures.ts';
import { tlsOptions } from './probe-tls.ts';

export type PostgresProbeSpec = Extract<ProbeSpec, { readonly type: 'postgres' }>;

/** Length 8, then the request code 80877103 (PostgreSQL manual, "Message Formats", SSLRequest). */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** `failed`: the server sent an error message instead, such as too many clients. */
export type TlsOffer = 'offered' | 'declined' | 'failed';

/** Fails the check if the server is not PostgreSQL. */
export function requestTls(connection: ProbeConnection, onAnswer: (offer: TlsOffer) => void): void {
  connection.reach({
    awaits: 'answer',
    name: 'before-answer',
    whenClosed: 'the connection was closed before PostgreSQL answered',
  });
  connection.socket.once('data', (bytes: Buffer) => {
    const offer = readOffer(bytes);
    if (offer === null) connection.fail(otherProtocol('PostgreSQL'));
    else onAnswer(offer);
  });
  connection.socket.write(sslRequest);
}

/** Bytes after `S` or `N` would come from an attacker who injects what TLS should have protected (CVE-2021-23222). */
function readOffer(bytes: Buffer): TlsOffer | null {
  const answer = String.fromCharCode(bytes[0] ?? 0);
  if (answer === 'E') return 'failed';
  if (bytes.length > 1) return null;
  return answer === 'S' ? 'offered' : answer === 'N' ? 'declined' : null;
}

/** Unencrypted, encrypted if the server supports it, or only encrypted. */
export type LoginEncryption = 'plain' | 'tls-if-offered' | 'tls';

/** The kinds of connection to try in order. */
export function encryptionsToTry(sslmode: SslMode): readonly LoginEncryption[] {
  switch (sslmode) {
    case 'disable':
      return ['plain'];
    case 'allow':
      return ['plain', 'tls'];
    case 'prefer':
      return ['tls-if-offered', 'plain'];
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      return ['tls'];
    default:
      return assertNever(sslmode, 'sslmode');
  }
}

/** With a CA file, libpq verifies the certificate for every `sslmode` (`initialize_SSL` in fe-secure-openssl.c). */
export function postgresTls({ sslmode, host, caFile }: PostgresProbeSpec): tls.ConnectionOptions {
  const verifySsl = sslmode === 'verify-ca' || sslmode === 'verify-full' || caFile !== null;
  const options = tlsOptions({ servername: host, verifySsl });
  return sslmode === 'verify-full' ? options : { ...options, checkServerIdentity: () => undefined };
}
