import type { ProbeRequest, ProbeResult } from '../probe.ts';
import { probeOverConnection } from './probe-connection.ts';

/** Length 8, then the request code 80877103 (PostgreSQL manual, "Message Formats", SSLRequest). */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** `S` or `N`: willing or unwilling to speak TLS. `E`: an error, such as too many clients. Each is a server alive. */
const answers: readonly (number | undefined)[] = [...Buffer.from('SNE')];

/**
 * Asks a PostgreSQL server (or a pooler) whether it speaks TLS: the one question that needs no credentials. A server
 * that does speak it writes a line to its log for each check, `could not accept SSL connection: EOF detected`.
 */
export function probePostgres(request: ProbeRequest): Promise<ProbeResult> {
  return probeOverConnection(request, { halfCloses: true }, (connection) => {
    connection.reach({
      awaits: 'answer',
      whenClosed: 'the connection was closed before PostgreSQL answered',
    });
    connection.socket.once('data', (bytes: Buffer) => {
      if (answers.includes(bytes[0])) connection.pass();
      else connection.fail('the answer is not PostgreSQL');
    });
    connection.socket.write(sslRequest);
  });
}
