import { sleep, type Clock } from '../clock.ts';

export interface NetworkGateRequest {
  readonly clock: Clock;
  /** Never rejects. */
  readonly isConnected: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** At first the network is expected at any moment, since it comes up after a wake. Later it may take hours. */
const eagerPollMs = 250;
const eagerMs = 15_000;
const patientPollMs = 2_000;

/**
 * Waits until this computer has a network, however long that takes: attempts and checks made before that would only fail,
 * and make live tunnels look dead. False if the signal aborts first. Never rejects.
 */
export async function waitForNetwork({ clock, isConnected, signal }: NetworkGateRequest): Promise<boolean> {
  const eagerUntil = clock.now() + eagerMs;
  while (!signal.aborted) {
    if (await isConnected()) return !isAborted(signal);
    await sleep(clock, clock.now() < eagerUntil ? eagerPollMs : patientPollMs, signal);
  }
  return false;
}

/** Evaluated again after each await. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;
