/** Lines of a log as the log page shows them: local time, level, text. Pure. */

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

/** `2026-11-22T10:11:12.013Z info  off → connecting` */
export function logLineOf(line: string): LogLine {
  const [, stamp = '', word = '', text = ''] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) +(\w+) +(.*)$/.exec(line) ?? [];
  const at = Date.parse(stamp);
  const level = levels[word];
  if (Number.isNaN(at) || level === undefined) return { time: '', level: 'other', text: line };
  return { time: timeText(new Date(at)), level, text };
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

const timeText = (at: Date): string =>
  [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':');

/** The last ones of both. */
export const appended = (lines: readonly string[], more: readonly string[]): readonly string[] =>
  [...lines, ...more].slice(-maxLogLines);

/** Upper and lower case are the same. */
export function linesWith(lines: readonly string[], text: string): readonly string[] {
  const wanted = text.trim().toLowerCase();
  return wanted === '' ? lines : lines.filter((line) => line.toLowerCase().includes(wanted));
}
