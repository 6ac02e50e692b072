import { calendarDay, clockTime, logLineParts } from '../../../shared/log-line.ts';
import type { OutputFormat } from '../command-context.ts';
import type { LogLine } from '../log-source.ts';
import type { Palette } from './palette.ts';

export interface LogFormat {
  readonly format: OutputFormat;
  readonly palette: Palette;
  /** With more than one log, each line names its own. */
  readonly namesSources: boolean;
  /** Lines as in the file, also for people (`--debug`). */
  readonly isRaw?: boolean;
  /** Epoch ms: lines of another day show their date. */
  readonly now: number;
}

/**
 * One line of output. As JSON an object: `{"time","level","service","message","step"}`, `time` in UTC, `service` null for
 * LocalPort itself. For people local time and words: `11:11:12  db  connected in 0.2 s`.
 */
export function formatLogLine(
  { source, text }: LogLine,
  { format, palette, namesSources, isRaw = false, now }: LogFormat,
): string {
  const { time, level, message, step } = logLineParts(text);
  const at = Date.parse(time);
  if (format === 'json') {
    const utc = Number.isNaN(at) ? null : new Date(at).toISOString();
    return JSON.stringify({ time: utc, level, service: source, message, step });
  }
  const name = namesSources ? `${source ?? 'localport'}  ` : '';
  if (format === 'text' || isRaw || Number.isNaN(at)) return `${name}${text}`;
  const drawn = levels.get(level);
  const words = `${drawn?.words ?? ''}${message === '' ? (step ?? '') : message}`;
  const shown = drawn === undefined ? words : palette[drawn.paint](words);
  return `${palette.faint(localTime(at, now))}  ${palette.strong(name)}${shown}`;
}

/** A normal level is not shown. */
const levels: ReadonlyMap<string, { readonly words: string; readonly paint: keyof Palette }> = new Map([
  ['error', { words: 'error: ', paint: 'bad' }],
  ['warn', { words: 'warning: ', paint: 'working' }],
  ['debug', { words: 'debug: ', paint: 'faint' }],
]);

/** `11:11:12`; of another day `2026-11-22 11:11:12`. */
function localTime(at: number, now: number): string {
  const [then, today] = [new Date(at), new Date(now)];
  const day = calendarDay(then);
  return `${day === calendarDay(today) ? '' : `${day} `}${clockTime(then)}`;
}
