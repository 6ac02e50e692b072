/**
 * Sleep, wake and network changes, watched with a single timer. While the computer sleeps, and until the recovery after
 * it, network changes are not reported: the recovery covers them. Nor is the loss of the last network: the report would
 * help no one, and a probe without a network would condemn tunnels whose connections survive a short loss. For the same
 * reason the recovery after a wake waits for a network, unless this computer has never had one.
 */
import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { waitForNetwork } from './network-gate.ts';
import type { NetworkState } from './network-state.ts';
import { NetworkWatcher, type NetworkChange } from './network-watcher.ts';
import { Recovery } from './recovery.ts';
import { SleepDetector, tickIntervalMs, type SleepChange } from './sleep-detector.ts';

/**
 * What happened to the connections of this computer.
 * `suspended`: stop timers and count no failure until `recovered`. Do little: the system does not wait.
 * `recovered`: probe everything at once. Follows every `suspended` unless another comes first.
 * `certain`: the computer slept, or is in another network than before, so a tunnel that cannot prove itself is probably dead.
 * Otherwise this process may merely have been stopped, or the same network may have been lost for a moment: a tunnel that
 * cannot prove itself is left alone.
 */
export type WakeEvent =
  | { readonly kind: 'suspended' }
  | { readonly kind: 'recovered' | 'network-changed'; readonly certain: boolean };

export interface WakeMonitorOptions {
  readonly clock: Clock;
  /** May reject, which keeps the known state. */
  readonly readNetwork: () => Promise<NetworkState>;
  readonly log: Logger;
  readonly onEvent: (event: WakeEvent) => void;
}

/** Runs from its creation until `close()`. */
export class WakeMonitor {
  readonly #options: WakeMonitorOptions;
  readonly #sleep: SleepDetector;
  readonly #network: NetworkWatcher;
  readonly #recovery: Recovery;
  #isRecovered = true;
  /** Whether any wake since the last recovery was certain, or the network is another. */
  #isCertain = false;
  /** null: closed. */
  #timer: Timer | null = null;

  constructor(options: WakeMonitorOptions) {
    this.#options = options;
    const { clock, readNetwork, log, onEvent } = options;
    this.#network = new NetworkWatcher({
      read: readNetwork,
      onChanged: (change) => {
        log.info(describeChange(change));
        if (change.isConnected) onEvent({ kind: 'network-changed', certain: change.hasMoved });
      },
    });
    this.#recovery = new Recovery({
      gate: (signal) => this.#passGate(signal),
      onRecover: () => {
        this.#onRecover();
      },
    });
    this.#sleep = new SleepDetector(clock, (change) => {
      this.#onSleepChange(change);
    });
    this.#armTimer();
    // The network at the start is not a change.
    void this.#network.accept();
  }

  /** The system reports that it is going to sleep. May come twice or late. */
  suspend(): void {
    if (this.#timer !== null) this.#sleep.take('suspend');
  }

  /** The system reports that it woke. May come twice, or not at all. */
  resume(): void {
    if (this.#timer !== null) this.#sleep.take('resume');
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#recovery.abort();
  }

  #armTimer(): void {
    this.#timer = this.#options.clock.after(tickIntervalMs, () => {
      this.#armTimer();
      this.#tick();
    });
  }

  #tick(): void {
    this.#sleep.take('tick');
    if (this.#isRecovered) void this.#network.tick(() => this.#isRecovered && this.#timer !== null);
  }

  #onSleepChange(change: SleepChange): void {
    const { log, onEvent } = this.#options;
    if (change.kind === 'suspended') {
      this.#recovery.abort();
      this.#isRecovered = false;
      onEvent(change);
      return;
    }
    log.info(change.certain ? 'The computer woke up.' : 'This process did not run for a while.');
    this.#isCertain ||= change.certain;
    void this.#recovery.begin();
  }

  async #passGate(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    if (this.#network.everHadNetwork)
      await waitForNetwork({ clock, isConnected: () => this.#network.isConnected(), signal });
    if (signal.aborted) return;
    this.#isCertain = (await this.#network.accept()) || this.#isCertain;
  }

  #onRecover(): void {
    const certain = this.#isCertain;
    this.#isCertain = false;
    this.#isRecovered = true;
    this.#options.onEvent({ kind: 'recovered', certain });
  }
}

function describeChange({ isConnected, hasMoved }: NetworkChange): string {
  if (!isConnected) return 'The network is gone.';
  return hasMoved ? 'This computer is on another network.' : 'The network has changed.';
}
