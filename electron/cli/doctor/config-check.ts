import { searchConfig } from '../config-choice.ts';
import { readConfig } from '../configured-services.ts';
import { isTrusted, trustCommand } from '../config-trust.ts';
import { bad, fine, note, type Finding } from '../output/findings.ts';
import { plainPalette } from '../output/palette.ts';
import { problemLines } from '../output/problem-lines.ts';
import { showCount } from '../output/quantity.ts';
import { describeSkipped, skippedRemedy } from '../../core/config/config-search.ts';
import { describeProblem } from '../../core/config/config-problem.ts';
import type { Check } from './examination.ts';

/** The file itself, and services that cannot run because this machine lacks something. */
export const checkConfig: Check = async ({ context, environment }) => {
  const { found, skipped } = searchConfig(context);
  const passedOver = skipped.map((config) => note('config', describeSkipped(config), skippedRemedy));
  if (found === null) return [...passedOver, note('config', 'there is none', 'localport config init')];
  const loaded = await readConfig({ ...context, env: environment }, found.path);
  if (!loaded.ok) {
    const told = problemLines({ path: found.path, problems: loaded.error }, plainPalette).join('\n');
    return [...passedOver, bad('config', `${found.path} has errors`, told)];
  }
  const { services, warnings, identity } = loaded.value;
  if (!(await isTrusted(context, found, identity)))
    return [
      ...passedOver,
      bad('config', `${found.path} is not trusted, so nothing in it runs`, trustCommand(found.path)),
    ];
  const unable = services.flatMap(({ name, problem }): readonly Finding[] =>
    problem === null ? [] : [bad(name, problem.title, problem.remedy)],
  );
  const remarks = warnings.map((warning) =>
    note('config', describeProblem(warning, found.path), 'Correct it, or remove it.'),
  );
  return [
    ...passedOver,
    fine('config', `${found.path}, ${showCount(services.length, 'service')}`),
    ...remarks,
    ...unable,
  ];
};
