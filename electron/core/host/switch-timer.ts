/**
 * Turns services on or off that are off or on only until a given time. Invariants:
 *   1. The store holds these times, in wall-clock ms: they survive the host, and a choice of the user cancels them.
 *   2. There is one timer, and none while no time is set. It checks at least once a minute, because a timer follows neither a
 *      sleep nor a change of the wall clock; a wake checks at once.
 */
import type { Desired } from '../../../shared/service-snapshot.ts';
import type { Clock, Timer } from '../clock.ts';
import type { DesiredStore } from '../config/desired-store.ts';

export interface SwitchTimerParts {
  readonly clock: Clock;
  readonly store: Pick<DesiredStore, 'passing' | 'set'>;
  /** The time of this service is over; `desired` is its new state. */
  readonly onOver: (name: string, desired: Desired) => void;
}

const maxDelayMs = 60_000;

export class SwitchTimer {
  readonly #parts: SwitchTimerParts;
  #timer: Timer | null = null;

  constructor(parts: SwitchTimerParts) {
    this.#parts = parts;
  }

  /** Turns the services whose time is over, and sets the timer for the next one. */
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
    // The clock may have been set back, and a callback may just have set a time in the past.
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
