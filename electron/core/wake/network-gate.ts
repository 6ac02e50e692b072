import { sleep, type Clock } from '../clock.ts';

export interface NetworkGateRequest {
  readonly clock: Clock;
  /** Never rejects. */
  readonly isConnected: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** At first the network is expected at any moment: a wake comes before it. Later it may take hours. */
const eagerPollMs = 250;
const eagerMs = 15_000;
const patientPollMs = 2_000;

/**
 * Waits until this computer is in a network, however long that takes: tries and checks made meanwhile would only fail,
 * and condemn what is alive. False when the signal aborted first. Never rejects.
 */
export async function waitForNetwork({ clock, isConnected, signal }: NetworkGateRequest): Promise<boolean> {
  const eagerUntil = clock.now() + eagerMs;
  while (!signal.aborted) {
    if (await isConnected()) return !isAborted(signal);
    await sleep(clock, clock.now() < eagerUntil ? eagerPollMs : patientPollMs, signal);
  }
  return false;
}

/** Asked anew after each await. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;
