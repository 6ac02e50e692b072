import type { OutputFormat } from '../command-context.ts';
import { partsOf, type LogLine } from '../log-source.ts';
import type { Palette } from './palette.ts';

export interface LogFormat {
  readonly format: OutputFormat;
  readonly palette: Palette;
  /** With lines of more than one log each names its own. */
  readonly namesSources: boolean;
}

/** One line of output. As JSON an object: `{"time","level","service","message"}`, `service` null for LocalPort itself. */
export function formatLogLine(
  { source, text }: LogLine,
  { format, palette, namesSources }: LogFormat,
): string {
  const parts = partsOf(text);
  if (format === 'json') {
    const { time, level, message } = parts;
    return JSON.stringify({ time: time === '' ? null : time, level, service: source, message });
  }
  const name = namesSources ? `${source ?? 'localport'}  ` : '';
  if (format === 'text' || parts.time === '') return `${name}${text}`;
  const paints = { error: palette.bad, warn: palette.working, debug: palette.faint };
  const paint = paints[parts.level as keyof typeof paints] as Palette['bad'] | undefined;
  const message = `${parts.level.padEnd(5)} ${parts.message}`;
  return `${palette.faint(parts.time)} ${palette.strong(name)}${paint === undefined ? message : paint(message)}`;
}
