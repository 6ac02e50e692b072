import type { Clock, Timer } from '../core/clock.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import {
  carriageReturn,
  controlSequence,
  singleLine,
  type Output,
} from '../core/observability/visible-output.ts';
import type { CommandContext } from './command-context.ts';
import { readDuration } from './duration-option.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import { answerOf } from './host-connection.ts';
import { statusLines } from './output/status-format.ts';
import { reportOf, type StatusReport } from './status-report.ts';

export interface StatusWatch {
  /** At most one report in this time; undefined: each change is shown. */
  readonly interval: string | undefined;
  readonly select: (report: StatusReport) => StatusReport;
}

/**
 * Draws the state repeatedly: in place on a terminal, one below the other elsewhere. Ends with the host, or by Ctrl-C.
 */
export async function watchStatus(
  context: CommandContext,
  client: ControlClient,
  { interval, select }: StatusWatch,
): Promise<ExitCode> {
  const { clock, stdout, signal, format } = context;
  const intervalMs = interval === undefined ? 0 : readDuration('--interval', interval);
  const picture = stdout.isTTY === true && format === 'table' ? new Picture(stdout) : null;
  let last = '';
  const draw = (report: StatusReport): void => {
    const lines = statusLines(context, select(report), { compact: true });
    // The host also sends what this output does not show, once a second.
    const text = lines.join('\n');
    if (text === last) return;
    last = text;
    if (picture !== null) picture.draw(lines);
    else context.print(...lines, ...(format === 'json' ? [] : ['']));
  };
  const throttle = new Throttle(clock, intervalMs, draw);
  try {
    answerOf(
      await client.stream(
        'watch-snapshot',
        { live: true },
        {
          onEvent: (snapshot) => {
            throttle.offer(reportOf(snapshot));
          },
          signal,
        },
      ),
    );
  } finally {
    throttle.close();
  }
  return signal.aborted ? exitCode.interrupted : exitCode.ok;
}

/**
 * Lines on a terminal that the next ones are drawn over. Text above them stays: the cursor goes up by as many lines as
 * were drawn. So a line must not be wrapped, and no more lines drawn than the terminal shows.
 */
export class Picture {
  readonly #terminal: Output;
  #height = 0;

  constructor(terminal: Output) {
    this.#terminal = terminal;
  }

  /** The last line is always shown: it summarizes the others. */
  draw(lines: readonly string[]): void {
    const shown = crop(lines, (this.#terminal.rows ?? Infinity) - 1);
    // ECMA-48 CUU, EL, ED; DECAWM off and on. There is no flicker, because nothing is cleared first.
    const up = this.#height === 0 ? '' : controlSequence(`${this.#height}A`);
    const text = shown.map((line) => `${singleLine(line)}${controlSequence('K')}\n`).join('');
    const [noWrap, wrap, below] = ['?7l', '?7h', 'J'].map(controlSequence);
    this.#terminal.write([up, carriageReturn(), noWrap, text, wrap, below].join(''));
    this.#height = shown.length;
  }
}

function crop(lines: readonly string[], height: number): readonly string[] {
  if (lines.length <= height) return lines;
  const kept = lines.slice(0, Math.max(0, height - 2));
  return [...kept, `… ${lines.length - 1 - kept.length} more lines`, lines.at(-1) ?? ''];
}

/** Passes on the first value at once, and then the newest, at most one per `intervalMs`. */
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
