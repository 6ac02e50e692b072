/** Reports a burst of refused clients once, with their number; while the burst lasts, once a minute. */
import type { Clock, Timer } from '../clock.ts';

const firstReportMs = 1_000;
const nextReportMs = 60_000;

export class RefusalLog {
  readonly #clock: Clock;
  readonly #report: (count: number) => void;
  #count = 0;
  #timer: Timer | null = null;

  /** `report` gets the number of refusals since the last report. */
  constructor(clock: Clock, report: (count: number) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  add(): void {
    this.#count += 1;
    if (this.#timer === null) this.#reportIn(firstReportMs);
  }

  /** Reports the refusals that are not reported yet. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#flush();
  }

  #reportIn(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = null;
      // No refusal for a minute: the burst is over.
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
