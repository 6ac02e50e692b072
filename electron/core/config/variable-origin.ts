/** Names the environment variable that an error is about: the file shows only its name, or a default that is not used. Pure. */
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import type { Substitution } from './environment-substitution.ts';

export function withOrigin(problem: ConfigProblem, { source, variables }: Substitution): ConfigProblem {
  const { line, path, message } = problem;
  if (line === null) return problem;
  const here = variables.filter((variable) => variable.line === line);
  const named = here.find(({ value = '' }) => value !== '' && beginsWith(message, value));
  if (named !== undefined)
    return { ...problem, message: `${message}; this is the value of the environment variable ${named.name}` };
  const empty = here.find(({ value }) => value === '');
  const key = path.split('.').at(-1) ?? '';
  const isValue = source.split('\n')[line - 1]?.includes(`${key}:`) === true;
  if (empty === undefined || !isValue || !/^is (?:missing|empty)\b/.test(message)) return problem;
  const { name } = empty;
  return {
    ...problem,
    message: `${message}; the environment variable ${name} is empty: for a default in that case, write \${${name}:-default}`,
  };
}

const beginsWith = (message: string, value: string): boolean =>
  [`${value} `, `"${value}" `].some((start) => message.startsWith(start));
