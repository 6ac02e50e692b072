/**
 * Sleep, wake and network changes, watched with a single timer. While the computer sleeps, and until the recovery after
 * it, network changes are not told: the recovery covers them. Nor is the loss of the last network: it helps nobody who
 * waits, and a probe made without one would condemn tunnels whose connections outlive a short loss.
 */
import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { NetworkInterfaces } from './network-addresses.ts';
import { waitForNetwork, type NetworkOutcome } from './network-gate.ts';
import { NetworkWatcher } from './network-watcher.ts';
import { Recovery } from './recovery.ts';
import { SleepDetector, tickIntervalMs } from './sleep-detector.ts';

export interface WakeListener {
  /** Stop timers and count no failure until `onRecover`. Do little: the system does not wait. */
  onSuspended(): void;
  /** Probe everything at once. Follows every `onSuspended` unless another comes first. */
  onRecover(network: NetworkOutcome): void;
  onNetworkChanged(): void;
}

export interface WakeMonitorOptions {
  readonly clock: Clock;
  /** `os.networkInterfaces` */
  readonly interfaces: () => NetworkInterfaces;
  readonly log: Logger;
  readonly listener: WakeListener;
  /** How long the recovery waits for a network, in ms. */
  readonly networkTimeoutMs?: number;
}

const defaultNetworkTimeoutMs = 15_000;

/** Runs from its creation until `close()`. */
export class WakeMonitor {
  readonly #options: WakeMonitorOptions;
  readonly #sleep: SleepDetector;
  readonly #network: NetworkWatcher;
  readonly #recovery: Recovery;
  #isRecovered = true;
  /** null: closed. */
  #timer: Timer | null = null;

  constructor(options: WakeMonitorOptions) {
    this.#options = options;
    const {
      clock,
      interfaces,
      log,
      listener,
      networkTimeoutMs: timeoutMs = defaultNetworkTimeoutMs,
    } = options;
    this.#network = new NetworkWatcher(interfaces, () => {
      const { hadNetwork: isOnline } = this.#network;
      log.info(isOnline ? 'The network has changed.' : 'There is no network any more.');
      if (isOnline) listener.onNetworkChanged();
    });
    this.#recovery = new Recovery({
      gate: (signal) =>
        waitForNetwork({ clock, interfaces, hadNetwork: this.#network.hadNetwork, timeoutMs, signal }),
      onRecover: (network) => {
        this.#onRecover(network);
      },
    });
    this.#sleep = new SleepDetector(clock, {
      onSuspended: () => {
        this.#onSuspended();
      },
      onWoke: () => {
        log.info('The computer woke.');
        void this.#recovery.begin();
      },
    });
    this.#armTimer();
  }

  /** The system says that it goes to sleep. May come twice or late. */
  suspend(): void {
    if (this.#timer !== null) this.#sleep.take('suspend');
  }

  /** The system says that it woke. May come twice, or not at all. */
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
    if (this.#isRecovered) this.#network.tick();
  }

  #onSuspended(): void {
    this.#options.log.info('The computer goes to sleep, or has slept.');
    this.#recovery.abort();
    this.#isRecovered = false;
    this.#options.listener.onSuspended();
  }

  #onRecover(network: NetworkOutcome): void {
    this.#network.accept();
    this.#isRecovered = true;
    this.#options.listener.onRecover(network);
  }
}
