// What a runner's JUnit report contains: counts that can be added up, and the failures.
import { readFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';

/** @typedef {{ readonly passed: number, readonly failed: number, readonly skipped: number, readonly failures: readonly string[] }} Outcome */

/** Limit for the message of one failure: the rest is further up in the output. */
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

/** @param {string} failure what failed, and its message @returns {Outcome} */
export const oneFailure = (failure) => ({ ...nothing, failed: 1, failures: [failure] });

/** @type {Readonly<Record<string, string>>} */
const entities = { lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", amp: '&' };

/** @param {string} xml */
const textOf = (xml) =>
  stripVTControlCharacters(xml)
    .replaceAll(/&(#?\w+);/g, (entity, /** @type {string} */ name) => entities[name] ?? entity)
    .trim();

/** @param {string} report @returns {Outcome} */
const readCases = (report) => {
  const cases = [...report.matchAll(/<testcase ([^>]*)>(.*?)<\/testcase>/gs)];
  const failures = cases.flatMap(([, attributes = '', body = '']) => {
    const [, message] =
      /<(?:failure|error)[^>]*>(?:\s*<!\[CDATA\[)?(.*?)(?:\]\]>\s*)?<\/(?:failure|error)>/s.exec(body) ?? [];
    if (message === undefined) return [];
    /** @param {string} name */
    const attribute = (name) => textOf(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
    const lines = textOf(message).split('\n').slice(0, shownLines);
    return [[`${attribute('classname')} › ${attribute('name')}`, ...lines].join('\n   ')];
  });
  const skipped = cases.filter(([, , body = '']) => /<skipped\b/.test(body)).length;
  return { passed: cases.length - failures.length - skipped, failed: failures.length, skipped, failures };
};

/** A failed runner counts as a failure even if its report, if there is one, contains none.
 * @param {string} file @param {{ readonly runner: string, readonly code: number | null }} end code null: killed, or never
 * started
 * @returns {Promise<Outcome>} */
export const readReport = async (file, { runner, code }) => {
  const report = await readFile(file, 'utf8').catch(() => '');
  const outcome = readCases(report);
  if (code === 0 || outcome.failed > 0) return outcome;
  const end = code === null ? 'was killed or could not start' : `ended with code ${code}`;
  const known = report === '' ? 'left no report' : 'its report knows of no failure';
  return add(outcome, oneFailure(`${runner} ${end} and ${known}`));
};
