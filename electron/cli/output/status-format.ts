import type { CommandContext } from '../command-context.ts';
import type { StatusReport } from '../status-report.ts';
import { jsonLines } from './json-lines.ts';
import { statusObject } from './status-json.ts';
import { statusTable } from './status-table.ts';
import { statusText } from './status-text.ts';

/** The lines of a report in the requested format. `compact`: JSON on one line, for a stream of reports. */
export function statusLines(
  { format, palette, clock, stdout }: CommandContext,
  report: StatusReport,
  { compact = false } = {},
): readonly string[] {
  switch (format) {
    case 'json':
      return compact ? [JSON.stringify(statusObject(report))] : jsonLines(statusObject(report));
    case 'text':
      return statusText(report);
    case 'table':
      return statusTable(report, { palette, now: clock.wallNow(), width: stdout.columns });
  }
}
