/**
 * Checks PostgreSQL or a pooler. Without a user, it asks only whether the server supports TLS, which needs no
 * credentials; a server that does logs `could not accept SSL connection: EOF detected` for each such check. With a
 * user, it logs in and runs `SELECT 1`.
 */
import type { ProbeRequest, ProbeResult } from '../probe.ts';
import { logIn } from './postgres-login.ts';
import type { PostgresProbeSpec } from './postgres-encryption.ts';
import { requestTls } from './postgres-encryption.ts';
import { probeOverConnection } from './probe-connection.ts';

export function probePostgres(request: ProbeRequest, spec: PostgresProbeSpec): Promise<ProbeResult> {
  const { user } = spec;
  if (user !== null) return logIn(request, { ...spec, user });
  return probeOverConnection(request, { halfCloses: true }, (connection) => {
    // Any answer, even an error such as too many clients, shows that the server is alive.
    requestTls(connection, () => connection.pass());
  });
}
