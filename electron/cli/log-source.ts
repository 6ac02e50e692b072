/** Which logs are meant, and the parts of a log line. */
import path from 'node:path';
import { logFileName } from '../core/observability/log-file-name.ts';

/** null: LocalPort's own log. */
export type LogSource = string | null;

export const logPath = (logDirectory: string, source: LogSource): string =>
  source === null
    ? path.join(logDirectory, 'localport.log')
    : path.join(logDirectory, 'services', logFileName(source));

export interface LogLine {
  readonly source: LogSource;
  /** As in the file. */
  readonly text: string;
}

/** Merges several logs by time; lines of one log keep their order. */
export const inOrderOfTime = (lines: readonly LogLine[]): readonly LogLine[] =>
  // The sort is stable. A line without a time sorts first, as it would as text.
  lines
    .map((line) => ({ line, at: timeOf(line) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ line }) => line);

function timeOf({ text }: LogLine): number {
  const at = Date.parse(text.slice(0, text.indexOf(' ')));
  return Number.isNaN(at) ? 0 : at;
}
