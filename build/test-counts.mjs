// What the runners' reports say, as counts that can be added up.
import { readFile } from 'node:fs/promises';

/** @typedef {{ readonly passed: number, readonly failed: number, readonly skipped: number }} Counts */

/** @type {Counts} */
export const nothing = { passed: 0, failed: 0, skipped: 0 };

/** @param {Counts} a @param {Counts} b @returns {Counts} */
export const add = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

/** The last line of `npm test`.
 * @param {Counts} counts */
export const inWords = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** A runner that ended badly counts as a failure even when its report, if there is one, knows of none.
 * @param {Counts} counts @param {number | null} exitCode @returns {Counts} */
const withExitCode = (counts, exitCode) =>
  exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;

/** @typedef {{
 *   numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: unknown[] }[]
 * }} VitestReport */

/** @param {string} file @param {number | null} exitCode @returns {Promise<Counts>} */
export const readVitestReport = async (file, exitCode) => {
  /** @type {VitestReport | undefined} */
  const report = await readJson(file);
  if (report === undefined) return withExitCode(nothing, exitCode);
  // A file that could not even be loaded has no tests to count.
  const unloadable = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const counts = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloadable.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
  return withExitCode(counts, exitCode);
};

/** @typedef {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number } }} PlaywrightReport */

/** @param {string} file @param {number | null} exitCode @returns {Promise<Counts>} */
export const readPlaywrightReport = async (file, exitCode) => {
  /** @type {PlaywrightReport | undefined} */
  const report = await readJson(file);
  if (report === undefined) return withExitCode(nothing, exitCode);
  const { expected, unexpected, flaky, skipped } = report.stats;
  return withExitCode({ passed: expected, failed: unexpected + flaky, skipped }, exitCode);
};

/** @param {string} file */
const readJson = async (file) => {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
};
