import type { Clock, Timer } from '../core/clock.ts';
import { inOrderOfTime, type LogLine } from './log-source.ts';

/** The host's writers buffer lines for 100 ms, so lines of two logs may be out of order by that much. */
const settleMs = 150;
const maxWaitingLines = 100_000;

/** Sorts lines of several logs by time as they arrive. */
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

  /** Prints the waiting lines; call it at the end. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const lines = inOrderOfTime(this.#waiting);
    this.#waiting = [];
    if (lines.length > 0) this.#print(lines);
  }
}
