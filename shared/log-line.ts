/**
 * A line of a log file: `2026-11-22T11:11:12.013+01:00 info  connected in 0.2 s [connecting → up after tunnel-ready]`. The time
 * is local, with the offset from UTC. What a service did is described in words; the state transition follows in brackets, for
 * programs. Pure.
 */

export interface LogLineParts {
  /** ISO 8601 as written; empty if the line has none. */
  readonly time: string;
  readonly level: string;
  /** The text without the state transition. */
  readonly message: string;
  /** The state transition, `connecting → up after tunnel-ready`; null: none. */
  readonly step: string | null;
}

export function logLineParts(line: string): LogLineParts {
  const match = /^(\d{4}-\d{2}-\d{2}T\S+)\s+(\S+)\s+(.*)$/.exec(line);
  if (match === null) return { time: '', level: '', message: line, step: null };
  const [, time = '', level = '', text = ''] = match;
  const [, message = text, step = null] =
    /^(.*?) ?\[([a-z]+ \u2192 [a-z]+ after [a-z-]+)\]$/.exec(text) ?? [];
  return { time, level, message, step };
}

/** The state transition as written at the end of a line. */
export const markedStep = (step: string): string => `[${step}]`;

const digits = (value: number, count: number): string => String(value).padStart(count, '0');

/** `11:11:12` */
export const clockTime = (at: Date): string =>
  [at.getHours(), at.getMinutes(), at.getSeconds()].map((value) => digits(value, 2)).join(':');

/** `2026-11-22` */
export const calendarDay = (at: Date): string =>
  [digits(at.getFullYear(), 4), digits(at.getMonth() + 1, 2), digits(at.getDate(), 2)].join('-');

/** Local time in ISO 8601, as in this file's header; `Z` if local time is UTC. `at`: epoch ms. */
export function localIsoTime(at: number): string {
  const date = new Date(at);
  const minutes = -date.getTimezoneOffset();
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const offset = minutes === 0 ? 'Z' : `${minutes < 0 ? '-' : '+'}${digits(hours, 2)}:${digits(rest, 2)}`;
  return `${calendarDay(date)}T${clockTime(date)}.${digits(date.getMilliseconds(), 3)}${offset}`;
}
