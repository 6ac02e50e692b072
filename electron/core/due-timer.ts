import type { Clock, Timer } from './clock.ts';

/** One timer for whatever becomes due next. Times are monotonic ms. */
export class DueTimer {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #pending: { readonly dueAt: number; readonly timer: Timer } | null = null;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** null: it is not set. */
  get dueAt(): number | null {
    return this.#pending?.dueAt ?? null;
  }

  /** Replaces the time; null: never. */
  set(dueAt: number | null): void {
    if (dueAt === this.dueAt) return;
    this.#pending?.timer.cancel();
    this.#pending = null;
    if (dueAt === null) return;
    const timer = this.#clock.after(dueAt - this.#clock.now(), () => {
      this.#pending = null;
      this.#onDue();
    });
    this.#pending = { dueAt, timer };
  }

  /** Keeps an earlier time. */
  setBy(dueAt: number): void {
    if (this.#pending === null || dueAt < this.#pending.dueAt) this.set(dueAt);
  }
}
