/**
 * Notifies listeners of snapshot changes, soon but not too often. While someone watches live, counters update once a
 * second; otherwise no timer runs.
 */
import type { Snapshot } from '../../../shared/service-snapshot.ts';
import type { Clock, Timer } from '../clock.ts';
import { errorWithStack } from '../lifecycle/error-text.ts';
import type { Logger } from '../observability/logger.ts';

/** Changes within this time are reported as one, in ms. */
const coalesceMs = 20;
const liveTickMs = 1_000;

export class SnapshotPublisher {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #take: () => Snapshot;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  readonly #liveWatchers = new Set<object>();
  #pending: Timer | null = null;
  #liveTick: Timer | null = null;
  #isClosed = false;

  constructor(clock: Clock, log: Logger, take: () => Snapshot) {
    this.#clock = clock;
    this.#log = log;
    this.#take = take;
  }

  subscribe(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Something changed; listeners are notified within `coalesceMs`. */
  touch(): void {
    if (this.#isClosed || this.#listeners.size === 0) return;
    this.#pending ??= this.#clock.after(coalesceMs, () => {
      this.#pending = null;
      this.#publish();
    });
  }

  /** Until the returned function is called, publishes at least once a second: counters change without an event. */
  watchLive(): () => void {
    const watcher = {};
    this.#liveWatchers.add(watcher);
    if (this.#liveTick === null && !this.#isClosed) this.#tick();
    return () => {
      this.#liveWatchers.delete(watcher);
      if (this.#liveWatchers.size === 0) this.#stopTicking();
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTicking();
    this.#pending?.cancel();
    this.#listeners.clear();
  }

  #stopTicking(): void {
    this.#liveTick?.cancel();
    this.#liveTick = null;
  }

  #tick(): void {
    this.#liveTick = this.#clock.after(liveTickMs, () => {
      this.#tick();
      this.#publish();
    });
  }

  #publish(): void {
    const snapshot = this.#take();
    for (const listener of [...this.#listeners]) {
      try {
        listener(snapshot);
      } catch (error) {
        // One that fails keeps no other from the news.
        this.#log.error(`a listener of the snapshot failed: ${errorWithStack(error)}`);
      }
    }
  }
}
