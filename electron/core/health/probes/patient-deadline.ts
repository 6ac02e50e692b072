/**
 * A deadline that counts only the time in which the event loop ran. After the process was stopped, the computer slept or
 * something blocked the loop, answers lie in the kernel, unread: a plain timer would condemn what has long been answered.
 *
 * It looks a few times on its way, and of each step counts little more than its length. So it ends after a few turns of the
 * event loop, however slow they are.
 */
import type { Clock, Timer } from '../../clock.ts';

const steps = 4;
/** Timers of a busy process ring this late without anything being wrong. */
const toleratedLatenessMs = 50;

export class PatientDeadline {
  readonly #clock: Clock;
  readonly #stepMs: number;
  readonly #onExpired: () => void;
  #remainingMs: number;
  #timer: Timer;

  /** `onExpired` runs once, after the event loop has looked at its sockets. */
  constructor(clock: Clock, timeoutMs: number, onExpired: () => void) {
    this.#clock = clock;
    this.#stepMs = timeoutMs / steps;
    this.#remainingMs = timeoutMs;
    this.#onExpired = onExpired;
    this.#timer = this.#wait();
  }

  cancel(): void {
    this.#timer.cancel();
  }

  #wait(): Timer {
    const startedAt = this.#clock.now();
    const delayMs = Math.min(this.#stepMs, this.#remainingMs);
    return this.#clock.after(delayMs, () => {
      const passedMs = Math.max(delayMs, this.#clock.now() - startedAt);
      this.#remainingMs -= Math.min(passedMs, delayMs + toleratedLatenessMs);
      if (this.#remainingMs > 0) this.#timer = this.#wait();
      else setImmediate(this.#onExpired);
    });
  }
}
