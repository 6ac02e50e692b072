/** The findings of a check, as `doctor` and `ssh validate` print them: each line is OK or comes with a fix. */
import type { CommandContext } from '../command-context.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { alignColumns } from './columns.ts';
import { fields } from './fields.ts';
import { jsonLines } from './json-lines.ts';

export interface Finding {
  /** `note`: useful to know, but no failure. */
  readonly level: 'ok' | 'note' | 'bad';
  /** The item that was checked: `kubectl`, `port 5432`. */
  readonly subject: string;
  readonly message: string;
  /** The fix; null if there is nothing to do. */
  readonly fix: string | null;
}

export const fine = (subject: string, message: string): Finding => ({
  level: 'ok',
  subject,
  message,
  fix: null,
});
export const note = (subject: string, message: string, fix: string | null = null): Finding => ({
  level: 'note',
  subject,
  message,
  fix,
});
export const bad = (subject: string, message: string, fix: string | null): Finding => ({
  level: 'bad',
  subject,
  message,
  fix,
});

export function reportFindings(context: CommandContext, findings: readonly Finding[]): ExitCode {
  context.print(...findingLines(context, findings));
  return findings.some(({ level }) => level === 'bad') ? exitCode.error : exitCode.ok;
}

export function findingLines(
  { format, palette }: Pick<CommandContext, 'format' | 'palette'>,
  findings: readonly Finding[],
): readonly string[] {
  if (format === 'json') return jsonLines({ checks: findings });
  if (format === 'text') {
    return findings.map(({ level, subject, message, fix }) => fields(level, subject, message, fix ?? ''));
  }
  const paints = { ok: palette.good, note: palette.working, bad: palette.bad };
  const shapes = { ok: '✓ ok', note: '· note', bad: '✗ fix' };
  const lines = alignColumns(
    findings.map(({ level, subject, message }) => [
      { text: shapes[level], paint: paints[level] },
      { text: subject, paint: palette.strong },
      { text: message },
    ]),
  );
  return findings.flatMap(({ fix }, index) => [
    lines[index] ?? '',
    ...(fix === null ? [] : fix.split('\n').map((line) => palette.faint(`        → ${line}`))),
  ]);
}
