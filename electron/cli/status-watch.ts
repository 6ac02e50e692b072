import type { Clock, Timer } from '../core/clock.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import type { CommandContext } from './command-context.ts';
import { readDuration } from './duration-option.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import { answerOf } from './host-connection.ts';
import { statusLines } from './output/status-format.ts';
import { reportOf, type StatusReport } from './status-report.ts';

export interface StatusWatch {
  /** At the most one report in this time; undefined: each change is shown. */
  readonly interval: string | undefined;
  readonly select: (report: StatusReport) => StatusReport;
}

/** Draws the state again and again: over itself on a terminal, one below the other elsewhere. Ends with the host, or by Ctrl-C. */
export async function watchStatus(
  context: CommandContext,
  client: ControlClient,
  { interval, select }: StatusWatch,
): Promise<ExitCode> {
  const { clock, stdout, signal, format } = context;
  const intervalMs = interval === undefined ? 0 : readDuration('--interval', interval);
  const drawsOver = stdout.isTTY === true && format === 'table';
  const draw = (report: StatusReport): void => {
    const lines = statusLines(context, select(report), { compact: true });
    if (drawsOver) stdout.write(drawOver(lines));
    else context.print(...lines, ...(format === 'json' ? [] : ['']));
  };
  const throttle = new Throttle(clock, intervalMs, draw);
  try {
    answerOf(
      await client.stream(
        'watch-snapshot',
        { live: true },
        (snapshot) => {
          throttle.offer(reportOf(snapshot));
        },
        signal,
      ),
    );
  } finally {
    throttle.close();
  }
  return signal.aborted ? exitCode.interrupted : exitCode.ok;
}

/** Home, each line cleared to its end, and what is below: ECMA-48 CUP, EL, ED. Nothing flickers, as nothing is cleared first. */
const drawOver = (lines: readonly string[]): string =>
  `\u001b[H${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`;

/** Passes on the first value at once, and then the newest, at the most one in `intervalMs`. */
class Throttle<T> {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #use: (value: T) => void;
  #timer: Timer | null = null;
  #newest: { readonly value: T } | null = null;

  constructor(clock: Clock, intervalMs: number, use: (value: T) => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#use = use;
  }

  offer(value: T): void {
    if (this.#timer === null) this.#pass(value);
    else this.#newest = { value };
  }

  close(): void {
    this.#timer?.cancel();
  }

  #pass(value: T): void {
    this.#use(value);
    if (this.#intervalMs === 0) return;
    this.#timer = this.#clock.after(this.#intervalMs, () => {
      this.#timer = null;
      const newest = this.#newest;
      this.#newest = null;
      if (newest !== null) this.#pass(newest.value);
    });
  }
}
