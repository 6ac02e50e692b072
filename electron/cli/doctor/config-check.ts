import { findConfigFile } from '../config-choice.ts';
import { readConfig } from '../configured-services.ts';
import { bad, fine, note, type Finding } from '../output/findings.ts';
import { formatProblem } from '../../core/config/config-problem.ts';
import type { Check } from './examination.ts';

/** The file itself, and services that cannot run for want of something on this machine. */
export const checkConfig: Check = async ({ context, environment }) => {
  const found = findConfigFile(context);
  if (found === null) return [note('config', 'there is none', 'localport config init')];
  const loaded = await readConfig({ ...context, env: environment }, found.path);
  if (!loaded.ok) {
    const told = loaded.error.map((problem) => formatProblem(problem, found.path)).join('\n');
    return [bad('config', `${found.path} is broken`, told)];
  }
  const { services, warnings } = loaded.value;
  const unable = services.flatMap(({ name, problem }): readonly Finding[] =>
    problem === null ? [] : [bad(name, problem.title, problem.remedy)],
  );
  const remarks = warnings.map((warning) =>
    note('config', formatProblem(warning, found.path), 'Correct it, or leave it out.'),
  );
  return [fine('config', `${found.path}, ${services.length} services`), ...remarks, ...unable];
};
