import type { ConfigProblem, ConfigState } from '../../../shared/service-snapshot.ts';
import { visibleLine } from '../../../shared/visible-text.ts';
import { describeProblem } from '../../core/config/config-problem.ts';
import type { Palette } from './palette.ts';
import { widthOf } from './text-width.ts';

/**
 * A line for each error or warning of a config: `error: warehouse: local_port: 70000 is above 65535 (services[3],
 * localport.yaml:41)`. A syntax error is followed by the line of the file and a mark at the mistake.
 */
export const problemLines = (
  { path, problems }: Pick<ConfigState, 'path' | 'problems'>,
  palette: Palette,
): readonly string[] =>
  problems.flatMap((problem) => {
    const paint = problem.severity === 'error' ? palette.bad : palette.working;
    const line = `${paint(`${problem.severity}:`)} ${visibleLine(describeProblem(problem, path ?? ''))}`;
    return [line, ...excerptLines(problem, palette)];
  });

/** `  3 |   technology:ssh`, with the caret below. A tab is shown as an arrow: it may be the mistake. */
function excerptLines({ excerpt, line }: ConfigProblem, palette: Palette): readonly string[] {
  if (excerpt === undefined || line === null) return [];
  const { text, column } = excerpt;
  const show = (part: string): string => visibleLine(part.replaceAll('\t', '→'));
  const number = String(line);
  const indent = ' '.repeat(widthOf(show(text.slice(0, column - 1))));
  return [
    palette.faint(`  ${number} | ${show(text)}`),
    `${palette.faint(`  ${' '.repeat(number.length)} | `)}${indent}${palette.bad('^')}`,
  ];
}
