/** The terminal that a host was started in, if there is one: the only place where a host writes to it. */
import { clockTime } from '../../../shared/log-line.ts';
import type { Snapshot } from '../../../shared/service-snapshot.ts';
import { systemClock, type Clock } from '../clock.ts';
import { reportChanges } from '../observability/console-report.ts';
import { linesOf, visibleOutput, type Output } from '../observability/visible-output.ts';

/** What is printed to, and may go away at any time. */
export interface Terminal extends Output {
  on(event: 'error', listener: () => void): unknown;
}

/** Prints lines to standard output. */
export const say = (...lines: readonly string[]): void =>
  void visibleOutput(process.stdout).write(linesOf(lines));

/** Says on standard error why there is no host; with a stack, which has several lines. */
export const sayWhyNotStarted = (why: string): void =>
  void visibleOutput(process.stderr).write(`LocalPort could not start: ${why}\n`);

/** A listener for snapshots that prints what changed, with the local time. A terminal that was closed is no reason to end. */
export function printChanges(
  terminal: Terminal = process.stdout,
  clock: Pick<Clock, 'wallNow'> = systemClock,
): (snapshot: Snapshot) => void {
  terminal.on('error', () => undefined);
  const output = visibleOutput(terminal);
  let before: Snapshot | null = null;
  return (snapshot) => {
    const now = clock.wallNow();
    const lines = reportChanges(before, snapshot, now);
    before = snapshot;
    const time = clockTime(new Date(now));
    if (lines.length > 0) output.write(linesOf(lines.map((line) => `${time}  ${line}`)));
  };
}
