/**
 * Asks PostgreSQL, or a pooler. Without a user: whether it speaks TLS, the one question that needs no credentials. A
 * server that does speak it writes a line to its log for each such check, `could not accept SSL connection: EOF detected`.
 * With a user: logs in and runs `SELECT 1`.
 */
import type { ProbeRequest, ProbeResult } from '../probe.ts';
import { logIn } from './postgres-login.ts';
import type { PostgresProbeSpec } from './postgres-encryption.ts';
import { askForTls } from './postgres-encryption.ts';
import { probeOverConnection } from './probe-connection.ts';

export function probePostgres(request: ProbeRequest, spec: PostgresProbeSpec): Promise<ProbeResult> {
  const { user } = spec;
  if (user !== null) return logIn(request, { ...spec, user });
  return probeOverConnection(request, { halfCloses: true }, (connection) => {
    // `refused`: an error, such as too many clients. Each answer is a server alive.
    askForTls(connection, () => connection.pass());
  });
}
