/**
 * The deadline of a compilation. It counts only time in which this process had a processor: on a busy machine, for example
 * during login, a valid file must not be refused because of other processes.
 */
import type { Clock, Timer } from '../clock.ts';

const steps = 8;
/** The limit by the clock, as a multiple of the deadline, whatever the processor time. */
const maxDeadlines = 5;

export class CompileDeadline {
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #startedAt: number;
  readonly #onExpired: () => void;
  readonly #cpuMs: () => number;
  readonly #cpuAtStart: number;
  #timer: Timer;

  /** `cpuMs`: the processor time of this process, all threads. */
  constructor(clock: Clock, deadlineMs: number, onExpired: () => void, cpuMs: () => number = ownCpuMs) {
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    this.#onExpired = onExpired;
    this.#startedAt = clock.now();
    this.#cpuMs = cpuMs;
    this.#cpuAtStart = cpuMs();
    this.#timer = this.#wait(deadlineMs / steps);
  }

  cancel(): void {
    this.#timer.cancel();
  }

  #wait(delayMs: number): Timer {
    return this.#clock.after(delayMs, () => {
      const passedMs = this.#clock.now() - this.#startedAt;
      const ranMs = Math.min(passedMs, this.#cpuMs() - this.#cpuAtStart);
      const leftMs = Math.min(this.#deadlineMs - ranMs, maxDeadlines * this.#deadlineMs - passedMs);
      if (leftMs > 0) this.#timer = this.#wait(Math.max(leftMs, this.#deadlineMs / steps / 4));
      else setImmediate(this.#onExpired);
    });
  }
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
