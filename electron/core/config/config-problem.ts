import { basename } from 'node:path';
import { entryOf, problemText } from '../../../shared/problem-text.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';

/** The path of a value in the file: `['services', 3, 'local_port']`. */
export type ConfigPath = readonly (string | number)[];

/** `services[3].local_port`; keys other than plain words are quoted: `cluster_contexts["eu west"]`. */
export function formatPath(path: ConfigPath): string {
  return path
    .map((segment, index) => {
      if (typeof segment === 'number') return `[${segment}]`;
      if (!/^[\w-]+$/.test(segment)) return `[${JSON.stringify(segment)}]`;
      return index === 0 ? segment : `.${segment}`;
    })
    .join('');
}

/** The line of a value, or of the nearest enclosing value that is in the text. Counts from 1. */
export type LineOf = (path: ConfigPath) => number;

/** `services[3].local_port (localport.yaml:41)` */
export const formatLocation = (path: ConfigPath, line: number, file: string): string =>
  `${formatPath(path)} (${basename(file)}:${line})`;

/** The whole sentence: `services[3].local_port: 70000 is above 65535 (localport.yaml:41)`. */
export function formatProblem(problem: ConfigProblem, file: string): string {
  const what = problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`;
  return `${what} (${fileLine(problem, file)})`;
}

/** For people: `warehouse: local_port: 70000 is above 65535 (services[3], localport.yaml:41)`. */
export const describeProblem = (problem: ConfigProblem, file: string): string =>
  `${problemText(problem)} (${[entryOf(problem) ?? [], fileLine(problem, file)].flat().join(', ')})`;

/** The location alone: `services[3].local_port (localport.yaml:41)`. */
export const formatProblemLocation = (problem: ConfigProblem, file: string): string =>
  `${problem.path} (${fileLine(problem, file)})`;

const fileLine = ({ line }: ConfigProblem, file: string): string =>
  line === null ? basename(file) : `${basename(file)}:${line}`;

/** An error of the file as a whole. */
export const fileError = (message: string, line: number | null = null): ConfigProblem => ({
  severity: 'error',
  path: '',
  line,
  message,
});

export const describeLate = (deadlineMs: number): string =>
  `the file takes too long to read, more than ${deadlineMs / 1000} s: make it smaller, or reload to try again`;

/** More than a user reads. Bounds what is shown and logged of a file, whatever is in it. */
export const maxProblems = 50;
const maxPathCharacters = 200;
const maxMessageCharacters = 600;

/** Shortens a problem for display: a file may have a key of a million characters. */
export const clipProblem = (problem: ConfigProblem): ConfigProblem => ({
  ...problem,
  path: clip(problem.path, maxPathCharacters),
  ...(problem.service === undefined ? {} : { service: clip(problem.service, maxPathCharacters) }),
  message: clip(problem.message, maxMessageCharacters),
});

const clip = (text: string, maxCharacters: number): string =>
  text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters)}…`;

/**
 * The first problems, in order, and how many more there are, including those that were only counted; errors take precedence
 * over warnings.
 */
export function boundedProblems(
  problems: readonly ConfigProblem[],
  alsoCounted = 0,
): readonly ConfigProblem[] {
  const count = problems.length + alsoCounted;
  if (count <= maxProblems) return problems.map(clipProblem);
  const isError = ({ severity }: ConfigProblem): boolean => severity === 'error';
  const errors = problems.filter(isError).slice(0, maxProblems);
  const warnings = problems.filter((problem) => !isError(problem)).slice(0, maxProblems - errors.length);
  const shown = new Set([...errors, ...warnings]);
  const more = `and ${count - shown.size} more errors and warnings`;
  return [
    ...problems.filter((problem) => shown.has(problem)).map(clipProblem),
    { ...fileError(more), severity: 'warning' },
  ];
}
