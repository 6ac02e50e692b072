/** The terminal that a host was started in, if any. Only this module writes to it. */
import { clockTime } from '../../../shared/log-line.ts';
import type { Snapshot } from '../../../shared/service-snapshot.ts';
import { systemClock, type Clock } from '../clock.ts';
import { reportChanges } from './console-report.ts';
import { linesOf, visibleOutput, type Output } from '../observability/visible-output.ts';

/** An output stream that may be closed at any time. */
export interface Terminal extends Output {
  on(event: 'error', listener: () => void): unknown;
}

/** Prints lines to standard output. */
export const say = (...lines: readonly string[]): void =>
  void visibleOutput(process.stdout).write(linesOf(lines));

/** Prints to standard error why no host could start; a stack has several lines. */
export const sayWhyNotStarted = (why: string): void =>
  void visibleOutput(process.stderr).write(`LocalPort could not start: ${why}\n`);

/** Returns a snapshot listener that prints changes, with the local time. A closed terminal does not end the host. */
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
