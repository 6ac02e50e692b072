/** Says once for a burst of refused clients how many there were; while it lasts, once a minute. */
import type { Clock, Timer } from '../clock.ts';

const firstReportMs = 1_000;
const nextReportMs = 60_000;

export class RefusalLog {
  readonly #clock: Clock;
  readonly #report: (count: number) => void;
  #count = 0;
  #timer: Timer | null = null;

  /** `report` gets how many were refused since the last report. */
  constructor(clock: Clock, report: (count: number) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  add(): void {
    this.#count += 1;
    if (this.#timer === null) this.#reportIn(firstReportMs);
  }

  /** Reports what is left. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#flush();
  }

  #reportIn(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = null;
      // Nobody for a minute: the burst is over.
      if (this.#flush()) this.#reportIn(nextReportMs);
    });
  }

  #flush(): boolean {
    const count = this.#count;
    this.#count = 0;
    if (count > 0) this.#report(count);
    return count > 0;
  }
}
