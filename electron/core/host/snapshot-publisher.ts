/**
 * Tells everybody who looks on that the snapshot changed, soon and not too often. While someone watches live, counters
 * tick once a second; while nobody does, nothing runs.
 */
import type { Snapshot } from '../../../shared/service-snapshot.ts';
import type { Clock, Timer } from '../clock.ts';

/** Changes within this time are told as one, in ms. */
const coalesceMs = 20;
const liveTickMs = 1_000;

export class SnapshotPublisher {
  readonly #clock: Clock;
  readonly #take: () => Snapshot;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  #pending: Timer | null = null;
  #liveTick: Timer | null = null;
  #isClosed = false;

  constructor(clock: Clock, take: () => Snapshot) {
    this.#clock = clock;
    this.#take = take;
  }

  subscribe(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Something changed; listeners hear of it within `coalesceMs`. */
  touch(): void {
    if (this.#isClosed || this.#listeners.size === 0) return;
    this.#pending ??= this.#clock.after(coalesceMs, () => {
      this.#pending = null;
      this.#publish();
    });
  }

  /** While live, a snapshot comes at least once a second: its counters move without an event. */
  setLive(live: boolean): void {
    this.#liveTick?.cancel();
    this.#liveTick = null;
    if (live && !this.#isClosed) this.#tick();
  }

  close(): void {
    this.#isClosed = true;
    this.setLive(false);
    this.#pending?.cancel();
    this.#listeners.clear();
  }

  #tick(): void {
    this.#liveTick = this.#clock.after(liveTickMs, () => {
      this.#publish();
      this.#tick();
    });
  }

  #publish(): void {
    const snapshot = this.#take();
    for (const listener of [...this.#listeners]) listener(snapshot);
  }
}
