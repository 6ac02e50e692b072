import { describeCause } from '../../../shared/failure.ts';
import { type Clock, sleep } from '../clock.ts';
import { fullQueueCode } from '../connect/full-queue.ts';
import { awaitClosing } from '../connect/connect-attempt.ts';
import type { TransportProof } from './carrier.ts';

/** The pause before another attempt to connect to a listener whose queue is full. */
const fullQueueDelayMs = 50;

/**
 * Probes through ssh's probe socket: the server always refuses the connection, and that refusal is a round trip.
 */
export async function proveBySocket(
  path: string,
  deadlineMs: number,
  clock: Clock,
  platform?: NodeJS.Platform,
): Promise<TransportProof> {
  const deadlineAt = clock.now() + deadlineMs;
  for (;;) {
    const leftMs = deadlineAt - clock.now();
    const answer = await awaitClosing(path, leftMs, clock, platform);
    if (answer.kind === 'closed') return { kind: 'alive' };
    if (answer.kind === 'silent') return { kind: 'silent' };
    const { code, message } = answer.error;
    if (code === 'ECONNREFUSED' || code === 'ENOENT') {
      const ending = 'its private socket is gone';
      return { kind: 'dead', cause: describeCause('exited', { ending, evidence: message }) };
    }
    // The listener may only be slow.
    if (code !== fullQueueCode || leftMs <= fullQueueDelayMs) return { kind: 'silent' };
    await sleep(clock, fullQueueDelayMs);
  }
}
