import { sleep, type Clock } from '../clock.ts';
import { networkAddresses, type NetworkInterfaces } from './network-addresses.ts';

/** `gave-up`: still no address after the timeout, or the signal was aborted. */
export type NetworkOutcome = 'online' | 'gave-up';

export interface NetworkGateRequest {
  readonly clock: Clock;
  /** `os.networkInterfaces` */
  readonly interfaces: () => NetworkInterfaces;
  /** Whether there was a network before: a computer that had none, loopback aside, is not kept waiting for one. */
  readonly hadNetwork: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const pollIntervalMs = 250;

/**
 * Waits until this computer has an address in some network. `resume` comes before the network is back, and tries made
 * meanwhile would only fail. Never rejects.
 */
export async function waitForNetwork(request: NetworkGateRequest): Promise<NetworkOutcome> {
  const { clock, interfaces, hadNetwork, timeoutMs, signal } = request;
  if (!hadNetwork) return 'online';
  const deadlineAt = clock.now() + timeoutMs;
  while (!signal.aborted) {
    if (networkAddresses(interfaces()).length > 0) return 'online';
    const leftMs = deadlineAt - clock.now();
    if (leftMs <= 0) break;
    await sleep(clock, Math.min(pollIntervalMs, leftMs), signal);
  }
  return 'gave-up';
}
