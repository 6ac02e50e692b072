import type { ProbeRequest, ProbeResult } from '../probe.ts';
import { probeOverConnection } from './probe-connection.ts';
import { otherProtocol } from './probe-failures.ts';

/** OpenSSH's client gives up after 1024 lines before the banner. */
const maxGreetingBytes = 16 * 1024;
const maxLineBytes = 255;

/** RFC 4253, 4.2 and 5.1: the banner, on its own line; 1.99 if the server supports both versions. */
const banner = /^SSH-(2\.0|1\.99)-/;

/**
 * Reads the banner of an SSH server, which speaks first; other lines may precede it. The server logs a connection
 * without a login for each check, and may penalize the address if checks are less than seconds apart
 * (PerSourcePenalties, OpenSSH 9.8).
 */
export function probeSsh(request: ProbeRequest): Promise<ProbeResult> {
  return probeOverConnection(request, { halfCloses: true }, (connection) => {
    connection.reach({
      awaits: 'SSH banner',
      name: 'before-answer',
      whenClosed: 'the connection was closed before the SSH banner arrived',
    });
    let received = '';
    connection.socket.on('data', (bytes: Buffer) => {
      if (received.length > maxGreetingBytes) return;
      received += bytes.toString('latin1');
      const lines = received.split('\n');
      const rest = lines.pop() ?? '';
      if (lines.some((line) => banner.test(line))) connection.pass();
      else if (received.length > maxGreetingBytes || rest.length > maxLineBytes) {
        connection.fail(otherProtocol('SSH'));
      }
    });
  });
}
