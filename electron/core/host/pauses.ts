/**
 * Services that are off until a moment, or on, and are turned the other way then. Invariants:
 *   1. The store holds the moments, in wall-clock ms: they outlive the host, and a choice of the user ends them.
 *   2. There is one timer, and none while nothing is to come. It looks again at least once a minute, because neither a sleep nor a
 *      wall clock that is set moves a timer; a wake looks at once.
 */
import type { Desired } from '../../../shared/service-snapshot.ts';
import type { Clock, Timer } from '../clock.ts';
import type { DesiredStore } from '../config/desired-store.ts';

export interface PausesParts {
  readonly clock: Clock;
  readonly store: Pick<DesiredStore, 'passing' | 'set'>;
  /** The time of this service is over, and this is what is chosen now. */
  readonly onOver: (name: string, desired: Desired) => void;
}

const maxDelayMs = 60_000;

export class Pauses {
  readonly #parts: PausesParts;
  #timer: Timer | null = null;

  constructor(parts: PausesParts) {
    this.#parts = parts;
  }

  /** Ends what is over, and waits for the next one. */
  check(): void {
    const { clock, store, onOver } = this.#parts;
    this.close();
    const now = clock.wallNow();
    const over = [...store.passing()].filter(([, { until }]) => until <= now);
    for (const [name, { desired }] of over) {
      const opposite = desired === 'on' ? 'off' : 'on';
      store.set(name, opposite);
      onOver(name, opposite);
    }
    const next = Math.min(...[...store.passing().values()].map(({ until }) => until));
    if (next === Infinity) return;
    // Of a time that was set back, or that a callback has just set.
    const delayMs = Math.min(Math.max(0, next - now), maxDelayMs);
    this.#timer = clock.after(delayMs, () => {
      this.check();
    });
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
