// What the runners' reports say: counts that can be added up, and what failed.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { projectDir } from './paths.mjs';

/** @typedef {{ readonly test: string, readonly message: string }} Failure */
/** @typedef {{
 *   readonly passed: number, readonly failed: number, readonly skipped: number, readonly failures: readonly Failure[]
 * }} Outcome */

/** Of one failure's message: the rest is further up in the output. */
const shownLines = 30;

/** @type {Outcome} */
export const nothing = { passed: 0, failed: 0, skipped: 0, failures: [] };

/** @param {Outcome} a @param {Outcome} b @returns {Outcome} */
export const add = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
  failures: [...a.failures, ...b.failures],
});

/** The last line of `npm test`.
 * @param {Outcome} outcome */
export const inWords = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** Repeats what failed, for readers who see only the end of the output.
 * @param {readonly Failure[]} failures */
export const failuresInWords = (failures) =>
  failures
    .map(({ test, message }, index) => {
      const lines = stripVTControlCharacters(message).trimEnd().split('\n').slice(0, shownLines);
      return [`${index + 1}) ${test}`, ...lines.map((line) => `   ${line}`)].join('\n');
    })
    .join('\n\n');

/** A runner that ended badly counts as a failure even when its report, if there is one, knows of none.
 * @param {string} runner @param {number | null} exitCode null: killed, or never started @param {Outcome | null} reported
 * @returns {Outcome} */
const withExitCode = (runner, exitCode, reported) => {
  const outcome = reported ?? nothing;
  if (exitCode === 0 || outcome.failed > 0) return outcome;
  const end = exitCode === null ? 'was killed or could not start' : `ended with code ${exitCode}`;
  const report = reported === null ? 'left no report' : 'its report knows of no failure';
  const failure = { test: runner, message: `${runner} ${end} and ${report}` };
  return { ...outcome, failed: 1, failures: outcome.failures.length > 0 ? outcome.failures : [failure] };
};

/** @typedef {{ status: string, fullName: string, failureMessages: string[] }} VitestAssertion */
/** @typedef {{
 *   numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { name: string, status: string, message: string, assertionResults: VitestAssertion[] }[]
 * }} VitestReport */

/** @param {string} file @param {number | null} exitCode @returns {Promise<Outcome>} */
export const readVitestReport = async (file, exitCode) => {
  /** @type {VitestReport | undefined} */
  const report = await readJson(file);
  if (report === undefined) return withExitCode('vitest', exitCode, null);
  // A file that could not even be loaded has no tests to count.
  const unloadable = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failures = [
    ...unloadable.map(({ name, message }) => ({ test: path.relative(projectDir, name), message })),
    ...report.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName, failureMessages }) => ({
          test: `${path.relative(projectDir, name)} › ${fullName}`,
          message: failureMessages.join('\n'),
        })),
    ),
  ];
  const outcome = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloadable.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
  return withExitCode('vitest', exitCode, outcome);
};

/** @typedef {{ message?: string, stack?: string }} PlaywrightError */
/** @typedef {{ title: string, file: string, line: number, ok: boolean,
 *   tests: { results: { errors: PlaywrightError[] }[] }[] }} PlaywrightSpec */
/** @typedef {{ specs?: PlaywrightSpec[], suites?: PlaywrightSuite[] }} PlaywrightSuite */
/** @typedef {{
 *   stats: { expected: number, unexpected: number, flaky: number, skipped: number },
 *   suites: PlaywrightSuite[], errors: PlaywrightError[]
 * }} PlaywrightReport */

/** @param {string} file @param {number | null} exitCode @returns {Promise<Outcome>} */
export const readPlaywrightReport = async (file, exitCode) => {
  /** @type {PlaywrightReport | undefined} */
  const report = await readJson(file);
  if (report === undefined) return withExitCode('playwright', exitCode, null);
  const { expected, unexpected, flaky, skipped } = report.stats;
  const failures = [
    ...report.errors.map((error) => ({ test: 'the specs', message: textOf(error) })),
    ...report.suites
      .flatMap(specsOf)
      .filter(({ ok }) => !ok)
      .map(({ title, file: spec, line, tests }) => ({
        test: `${spec}:${line} › ${title}`,
        message: tests
          .flatMap(({ results }) => results.flatMap(({ errors }) => errors.map(textOf)))
          .join('\n'),
      })),
  ];
  const outcome = { passed: expected, failed: unexpected + flaky, skipped, failures };
  return withExitCode('playwright', exitCode, outcome);
};

/** @param {PlaywrightSuite} suite @returns {readonly PlaywrightSpec[]} */
const specsOf = ({ specs = [], suites = [] }) => [...specs, ...suites.flatMap(specsOf)];

/** @param {PlaywrightError} error */
const textOf = ({ message, stack }) => stack ?? message ?? 'no reason given';

/** @param {string} file */
const readJson = async (file) => {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
};
