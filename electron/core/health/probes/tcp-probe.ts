import type { ProbeRequest, ProbeResult } from '../probe.ts';
import { probeOverConnection } from './probe-connection.ts';

const maxSettleMs = 1000;

/**
 * For unknown protocols. kubectl and ssh accept every local connection, and a dead target shows only after a round
 * trip, as an end or a reset. So it passes on the first byte, or if the connection is still open after half of the
 * timeout, at most 1000 ms.
 */
export function probeTcp(request: ProbeRequest): Promise<ProbeResult> {
  return probeOverConnection(request, { halfCloses: true }, (connection) => {
    connection.reach({
      awaits: 'answer',
      name: 'right-after-opening',
      whenClosed: 'the connection was closed right after it opened',
    });
    connection.socket.once('data', () => connection.pass());
    connection.socket.once('end', () => connection.failClosed());
    connection.after(Math.min(request.timeoutMs / 2, maxSettleMs), () => connection.passUnanswered());
  });
}
