// `npm test`: sets up and runs everything; the last line is the sum. `npm test -- unit` (or build, check, integration,
// e2e, package) runs one part, and hands further arguments to its runner.
import './setup/node-version.mjs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'node:util';
import { endSignals } from './end-signals.mjs';
import { bin, projectDir, reportsDir } from './paths.mjs';
import { withEnvironment } from './prepared-app.mjs';
import { runVisibly } from './run-command.mjs';
import { messageOf } from './setup/report.mjs';
import {
  add,
  failuresInWords,
  inWords,
  nothing,
  readPlaywrightReport,
  readVitestReport,
} from './test-reports.mjs';

/** @typedef {import('./test-reports.mjs').Outcome} Outcome */
/** @typedef {{ readonly env: NodeJS.ProcessEnv, readonly args: readonly string[], readonly signal: AbortSignal }} Run */

const vitest = bin('vitest/vitest.mjs');
const playwright = bin('playwright/cli.js');

/** @returns {Promise<Outcome>} */
const build = async () => {
  const { bundle } = await import('./bundle.mjs');
  await bundle();
  return { ...nothing, passed: 1 };
};

/** @returns {Promise<Outcome>} each check counts as one */
const check = async () => {
  const { runChecks } = await import('./check.mjs');
  const results = await runChecks({ onlyChanged: false });
  const failures = results
    .filter(({ ok }) => !ok)
    .map(({ name, output }) => ({ test: name, message: output }));
  return { ...nothing, passed: results.length - failures.length, failed: failures.length, failures };
};

/** @param {'unit' | 'integration'} project */
const vitestProject =
  (project) =>
  /** @param {Run} run @returns {Promise<Outcome>} */
  async ({ env, args, signal }) => {
    const report = path.join(reportsDir, `${project}.json`);
    await rm(report, { force: true });
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { code } = await runVisibly(
      process.execPath,
      [vitest, 'run', '--project', project, '--passWithNoTests', ...reporters, ...args],
      { env, signal },
    );
    return readVitestReport(report, code);
  };

/** @param {Run} run @returns {Promise<Outcome>} */
const e2e = async ({ env, args, signal }) => {
  const specs = await readdir(path.join(projectDir, 'e2e/specs'), { recursive: true }).catch(() => []);
  if (!specs.some((name) => name.endsWith('.spec.ts'))) return nothing;
  const report = path.join(reportsDir, 'e2e.json');
  await rm(report, { force: true });
  const { code } = await runVisibly(
    process.execPath,
    [playwright, 'test', '--config=e2e/playwright.config.ts', ...args],
    { env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report }, signal },
  );
  return readPlaywrightReport(report, code);
};

/** Packages the app, and starts each package.
 * @param {Run} run @returns {Promise<Outcome>} */
const packaging = async ({ env, args, signal }) => {
  const script = path.join(projectDir, 'build/package.mjs');
  const { code } = await runVisibly(process.execPath, [script, ...args], { env, signal });
  if (code === 0) return { ...nothing, passed: 1 };
  return { ...nothing, failed: 1, failures: [{ test: 'package', message: 'see its output above' }] };
};

const parts = {
  build,
  check,
  unit: vitestProject('unit'),
  integration: vitestProject('integration'),
  e2e,
  package: packaging,
};

/** @typedef {keyof typeof parts} PartName */

/** @param {readonly string[]} argv @returns {{ names: readonly PartName[], args: readonly string[] }} */
const select = (argv) => {
  const all = /** @type {PartName[]} */ (Object.keys(parts));
  const chosen = all.find((name) => name === argv[0]);
  if (chosen === undefined) return { names: all, args: argv };
  return { names: chosen === 'e2e' ? ['build', 'e2e'] : [chosen], args: argv.slice(1) };
};

/** @param {string} name @param {unknown} error @returns {Outcome} */
const unableToRun = (name, error) => {
  // As the console would write it: the message of a set-up that failed, the whole of any other error.
  const message = format(messageOf(error));
  console.error(message);
  return { ...nothing, failed: 1, failures: [{ test: name, message }] };
};

/** A part that cannot even run is one failure; the others still run.
 * @param {PartName} name @param {Run} run @returns {Promise<Outcome>} */
const runPart = async (name, run) => {
  console.log(`\n── ${name}`);
  try {
    return await parts[name](run);
  } catch (error) {
    return unableToRun(name, error);
  }
};

/** The runners share our terminal, so they get its Ctrl-C themselves; we only stop going on, and end the display.
 * The other signals, which may come to us alone, become the interrupt that makes a runner clean up. */
const watchSignals = () => {
  const abort = new AbortController();
  let interrupted = false;
  for (const name of endSignals) {
    process.on(name, () => {
      interrupted = true;
      if (name !== 'SIGINT') abort.abort();
    });
  }
  return { signal: abort.signal, isInterrupted: () => interrupted };
};

/** @param {{ readonly signal: AbortSignal, readonly isInterrupted: () => boolean }} signals @returns {Promise<Outcome>} */
const runParts = ({ signal, isInterrupted }) => {
  const { names, args } = select(process.argv.slice(2));
  return withEnvironment('test', async ({ env }) => {
    await mkdir(reportsDir, { recursive: true });
    let sum = nothing;
    for (const name of names) {
      if (!isInterrupted()) sum = add(sum, await runPart(name, { env, args, signal }));
    }
    return sum;
  });
};

const started = performance.now();
const signals = watchSignals();
const outcome = await runParts(signals).catch((/** @type {unknown} */ error) =>
  unableToRun('the tests', error),
);
if (outcome.failures.length > 0) console.log(`\n── what failed\n${failuresInWords(outcome.failures)}`);
console.log(
  `\n${signals.isInterrupted() ? 'interrupted after' : 'in'} ${Math.round((performance.now() - started) / 1000)} s`,
);
console.log(inWords(outcome));
process.exitCode = signals.isInterrupted() || outcome.failed > 0 || outcome.passed === 0 ? 1 : 0;
