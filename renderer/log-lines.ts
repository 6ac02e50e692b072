/** Log lines as the log page shows them: local time, level, text. Pure. */

import { clockTime, logLineParts } from '../shared/log-line.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'other';

export interface LogLine {
  /** `10:11:12`; empty: the line has none. */
  readonly time: string;
  readonly level: LogLevel;
  readonly text: string;
}

/** The number of lines that the page keeps. */
export const maxLogLines = 200;

const levels: ReadonlySet<string> = new Set(['debug', 'info', 'warn', 'error'] satisfies LogLevel[]);

/** The state transition is meant for programs and shown only if the line has no other text. */
export function logLineOf(line: string): LogLine {
  const { time, level: word, message, step } = logLineParts(line);
  const at = Date.parse(time);
  if (Number.isNaN(at) || !levels.has(word)) return { time: '', level: 'other', text: line };
  return {
    time: clockTime(new Date(at)),
    level: word as LogLevel,
    text: message === '' ? (step ?? '') : message,
  };
}

/** Appends lines and keeps only the last ones. */
export const appended = (lines: readonly string[], more: readonly string[]): readonly string[] =>
  [...lines, ...more].slice(-maxLogLines);

/** Not case-sensitive. */
export function linesWith(lines: readonly string[], text: string): readonly string[] {
  const wanted = text.trim().toLowerCase();
  return wanted === '' ? lines : lines.filter((line) => line.toLowerCase().includes(wanted));
}
