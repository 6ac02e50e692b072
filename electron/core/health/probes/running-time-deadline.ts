/**
 * A deadline that counts only time in which the event loop ran. After the process was stopped, the computer slept or
 * the loop was blocked, answers may lie unread in the kernel, and a plain timer would report a timeout for a check that
 * was answered in time.
 *
 * It waits in a few steps and counts little more than the nominal length of each. So it expires after a few turns of
 * the event loop, however slow they are.
 */
import type { Clock, Timer } from '../../clock.ts';

const steps = 4;
/** Timers in a busy process may fire this late without a stall. */
const toleratedLatenessMs = 50;

export class RunningTimeDeadline {
  readonly #clock: Clock;
  readonly #stepMs: number;
  readonly #onExpired: () => void;
  #remainingMs: number;
  #timer: Timer;

  /** `onExpired` runs once, after the event loop has polled its sockets. */
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
