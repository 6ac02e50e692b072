import type { Clock, Timer } from '../core/clock.ts';
import { inOrderOfTime, type LogLine } from './log-source.ts';

/** The writers of the host collect lines for 100 ms, so lines of two logs may come that much out of order. */
const settleMs = 150;
const maxWaitingLines = 100_000;

/** Brings lines of several logs, as they arrive, into the order of their times. */
export class LineMerger {
  readonly #clock: Clock;
  readonly #print: (lines: readonly LogLine[]) => void;
  #waiting: LogLine[] = [];
  #timer: Timer | null = null;

  constructor(clock: Clock, print: (lines: readonly LogLine[]) => void) {
    this.#clock = clock;
    this.#print = print;
  }

  add(lines: readonly LogLine[]): void {
    for (const line of lines) this.#waiting.push(line);
    if (this.#waiting.length > maxWaitingLines) this.flush();
    else this.#timer ??= this.#clock.after(settleMs, () => this.flush());
  }

  /** Prints what waits; to be called at the end. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const lines = inOrderOfTime(this.#waiting);
    this.#waiting = [];
    if (lines.length > 0) this.#print(lines);
  }
}
