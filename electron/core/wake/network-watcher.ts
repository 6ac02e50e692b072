import {
  hasMoved,
  isConnected,
  isSameNetwork,
  noNetwork,
  rememberNetwork,
  type NetworkState,
} from './network-state.ts';

export interface NetworkChange {
  readonly isConnected: boolean;
  readonly hasMoved: boolean;
}

export interface NetworkWatcherParts {
  /** May reject, which keeps the known state: held clients may have used up the last file descriptor. */
  readonly read: () => Promise<NetworkState>;
  /** Another network, or none. `hasMoved`: connections of the previous network are lost. */
  readonly onChanged: (change: NetworkChange) => void;
}

/** Notices when this computer joins, leaves or changes a network. Its owner calls `tick` every few seconds. */
export class NetworkWatcher {
  readonly #parts: NetworkWatcherParts;
  #state: NetworkState = noNetwork;
  /** The last network that connected this computer to anything. */
  #known: NetworkState | null = null;
  #looking: Promise<NetworkState> | null = null;

  constructor(parts: NetworkWatcherParts) {
    this.#parts = parts;
  }

  /** Whether there has ever been a network: a computer that never had one, apart from loopback, need not wait for one. */
  get everHadNetwork(): boolean {
    return this.#known !== null;
  }

  /** Whether this computer is in a network now. Never rejects. */
  async isConnected(): Promise<boolean> {
    return isConnected(await this.#look());
  }

  /** Reports another network to `onChanged`, unless `isWanted` is false after the reading. */
  async tick(isWanted: () => boolean): Promise<void> {
    const seen = await this.#look();
    if (!isWanted() || isSameNetwork(this.#state, seen)) return;
    const moved = this.#take(seen);
    this.#parts.onChanged({ isConnected: isConnected(seen), hasMoved: moved });
  }

  /** Accepts the current network as the known one without a report. True if the computer has moved. */
  async accept(): Promise<boolean> {
    return this.#take(await this.#look());
  }

  #take(seen: NetworkState): boolean {
    this.#state = seen;
    if (!isConnected(seen)) return false;
    const moved = this.#known !== null && hasMoved(this.#known, seen);
    // The previous network is gone: its other address family says nothing about addresses that this one adds later.
    this.#known = moved || this.#known === null ? seen : rememberNetwork(this.#known, seen);
    return moved;
  }

  /** One reading at a time: concurrent callers share it. */
  #look(): Promise<NetworkState> {
    this.#looking ??= this.#parts
      .read()
      .catch(() => this.#state)
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }
}
