/** Lines of a log as the log page shows them: local time, level, text. Pure. */

import { clockTime, logLineParts } from '../shared/log-line.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'other';

export interface LogLine {
  /** `10:11:12`; empty: the line carries none. */
  readonly time: string;
  readonly level: LogLevel;
  readonly text: string;
}

/** As many as the page keeps. */
export const maxLogLines = 200;

const levels: Readonly<Record<string, LogLevel>> = {
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
};

/** The step of the state machine is for programs, and shown only where the line has nothing else. */
export function logLineOf(line: string): LogLine {
  const { time, level: word, message, step } = logLineParts(line);
  const at = Date.parse(time);
  const level = levels[word];
  if (Number.isNaN(at) || level === undefined) return { time: '', level: 'other', text: line };
  return { time: clockTime(new Date(at)), level, text: message === '' ? (step ?? '') : message };
}

/** The last ones of both. */
export const appended = (lines: readonly string[], more: readonly string[]): readonly string[] =>
  [...lines, ...more].slice(-maxLogLines);

/** Upper and lower case are the same. */
export function linesWith(lines: readonly string[], text: string): readonly string[] {
  const wanted = text.trim().toLowerCase();
  return wanted === '' ? lines : lines.filter((line) => line.toLowerCase().includes(wanted));
}
