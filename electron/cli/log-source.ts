/** Which logs are meant, and what a line of them says. */
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
  /** As it stands in the file: `2026-11-22T10:11:12.013Z info  off → connecting`. */
  readonly text: string;
}

export interface LogLineParts {
  /** ISO 8601; empty when the line has none. */
  readonly time: string;
  readonly level: string;
  readonly message: string;
}

export function partsOf(text: string): LogLineParts {
  const match = /^(\d{4}-\d{2}-\d{2}T\S+)\s+(\S+)\s+(.*)$/.exec(text);
  if (match === null) return { time: '', level: '', message: text };
  const [, time = '', level = '', message = ''] = match;
  return { time, level, message };
}

/** Of several logs one, by time; lines of one log keep their order. */
export const inOrderOfTime = (lines: readonly LogLine[]): readonly LogLine[] =>
  // Times of one form sort as text, and the sort is stable.
  lines.toSorted((a, b) => compare(timeKey(a), timeKey(b)));

const timeKey = ({ text }: LogLine): string => text.slice(0, 24);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
