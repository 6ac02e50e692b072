import type { ConfigState } from '../../../shared/service-snapshot.ts';
import { visibleLine } from '../../../shared/visible-text.ts';
import { describeProblem } from '../../core/config/config-problem.ts';
import type { Palette } from './palette.ts';

/** A line for each fault of a config: `error: warehouse: local_port: 70000 is above 65535 (services[3], localport.yaml:41)`. */
export const problemLines = (
  { path, problems }: Pick<ConfigState, 'path' | 'problems'>,
  palette: Palette,
): readonly string[] =>
  problems.map((problem) => {
    const paint = problem.severity === 'error' ? palette.bad : palette.working;
    return `${paint(`${problem.severity}:`)} ${visibleLine(describeProblem(problem, path ?? ''))}`;
  });
