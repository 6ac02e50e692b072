import { reportChanges } from '../observability/console-report.ts';
import type { Snapshot } from '../../../shared/service-snapshot.ts';

/** What is printed to, and may go away at any time. */
export interface Terminal {
  write(text: string): unknown;
  on(event: 'error', listener: () => void): unknown;
}

/** A listener for snapshots that prints what changed. A terminal that was closed is no reason to end. */
export function printChanges(terminal: Terminal): (snapshot: Snapshot) => void {
  terminal.on('error', () => undefined);
  let before: Snapshot | null = null;
  return (snapshot) => {
    const lines = reportChanges(before, snapshot);
    before = snapshot;
    if (lines.length > 0) terminal.write(`${lines.join('\n')}\n`);
  };
}
