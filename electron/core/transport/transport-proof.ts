/** Proves a tunnel's transport: first by the state of its processes, then by a round trip if there is one. */
import { describeCause } from '../../../shared/failure.ts';
import { type Clock, sleep, withDeadline } from '../clock.ts';
import { fullQueueCode } from '../connect/full-queue.ts';
import { findStopped } from '../process/process-state.ts';
import { awaitClosing } from '../connect/connect-attempt.ts';
import type { TransportProof } from './carrier.ts';

/** The pause before another attempt to connect to a listener whose queue is full. */
const fullQueueDelayMs = 50;

export interface ChildProof {
  /** The leader of the child's process group. */
  readonly pid: number;
  /** The round trip of this technology; null if it has none. Never rejects. */
  readonly roundTrip: ((deadlineMs: number) => Promise<TransportProof>) | null;
  readonly clock: Clock;
}

/** Settles within the deadline. A stopped process keeps its sockets, and the kernel accepts connections for it. */
export async function proveChild(
  { pid, roundTrip, clock }: ChildProof,
  deadlineMs: number,
): Promise<TransportProof> {
  const startedAt = clock.now();
  const stopped = await withDeadline(clock, deadlineMs, findStopped([pid]));
  if (stopped !== 'deadline' && stopped.has(pid)) return { kind: 'dead', cause: describeCause('stopped') };
  if (roundTrip === null) return { kind: 'unprovable' };
  const leftMs = Math.max(0, deadlineMs - (clock.now() - startedAt));
  return stopped === 'deadline' ? { kind: 'silent' } : roundTrip(leftMs);
}

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
