// `npm test`: sets up and runs everything; the last line is the total. `npm test -- unit` (or build, check,
// integration, e2e, gallery, package) runs one part, and passes further arguments to its runner.
import './setup/node-version.mjs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'node:util';
import { endSignals } from './end-signals.mjs';
import { bin, projectDir, reportsDir } from './paths.mjs';
import { withEnvironment } from './prepared-app.mjs';
import { runVisibly } from './run-command.mjs';
import { messageOf } from './setup/report.mjs';
import { add, nothing, oneFailure, readReport } from './test-reports.mjs';

/** @typedef {import('./test-reports.mjs').Outcome} Outcome */
/** @typedef {(typeof partNames)[number]} PartName */

const partNames = /** @type {const} */ ([
  'build',
  'check',
  'unit',
  'integration',
  'e2e',
  'gallery',
  'package',
]);

/** @param {string} name */
const reportOf = (name) => path.join(reportsDir, `${name}.xml`);

/** @param {string} project */
const vitest = (project) => [
  bin('vitest/vitest.mjs'),
  ...['run', '--project', project, '--reporter=default', '--reporter=junit'],
  `--outputFile.junit=${reportOf(project)}`,
];

/** @param {string} project */
const playwright = (project) => [
  bin('playwright/cli.js'),
  ...['test', '--config=e2e/playwright.config.ts', `--project=${project}`],
];

/** What Node runs for each part. A part without a report counts as one test.
 * @type {Readonly<Record<PartName, readonly string[]>>} */
const commands = {
  build: [path.join(projectDir, 'build/bundle.mjs')],
  check: [path.join(projectDir, 'build/check.mjs'), '--all'],
  unit: vitest('unit'),
  integration: vitest('integration'),
  e2e: playwright('app'),
  gallery: playwright('gallery'),
  package: [path.join(projectDir, 'build/package.mjs')],
};

/** @type {readonly PartName[]} */
const withoutReport = ['build', 'check', 'package'];

/** @param {readonly string[]} argv @returns {{ names: readonly PartName[], args: readonly string[] }} */
const select = (argv) => {
  const chosen = partNames.find((name) => name === argv[0]);
  if (chosen === undefined) return { names: partNames, args: argv };
  const needsApp = chosen === 'e2e' || chosen === 'gallery';
  return { names: needsApp ? ['build', chosen] : [chosen], args: argv.slice(1) };
};

/** @param {unknown} error @returns {Outcome} */
const unableToRun = (error) => {
  // As the console would write it: the message of a failed setup, the whole of any other error.
  const message = format(messageOf(error));
  console.error(message);
  return oneFailure(message);
};

/** @param {PartName} name @param {{ readonly env: NodeJS.ProcessEnv, readonly args: readonly string[], readonly signal: AbortSignal }} run
 * @returns {Promise<Outcome>} */
const runPart = async (name, { env, args, signal }) => {
  console.log(`\n── ${name}`);
  const report = reportOf(name);
  await rm(report, { force: true });
  const { code } = await runVisibly(process.execPath, [...commands[name], ...args], {
    env: { ...env, PLAYWRIGHT_JUNIT_OUTPUT_FILE: report },
    signal,
  });
  if (!withoutReport.includes(name)) return readReport(report, { runner: name, code });
  return code === 0 ? { ...nothing, passed: 1 } : oneFailure(`${name}: see its output above`);
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

const started = performance.now();
const { signal, isInterrupted } = watchSignals();
const { names, args } = select(process.argv.slice(2));
const { passed, failed, skipped, failures } = await withEnvironment('test', async ({ env }) => {
  await mkdir(reportsDir, { recursive: true });
  let sum = nothing;
  for (const name of names) if (!isInterrupted()) sum = add(sum, await runPart(name, { env, args, signal }));
  return sum;
}).catch(unableToRun);
if (failures.length > 0) console.log('\n── what failed');
failures.forEach((failure, index) => console.log(`${index + 1}) ${failure}\n`));
console.log(
  `\n${isInterrupted() ? 'interrupted after' : 'in'} ${Math.round((performance.now() - started) / 1000)} s`,
);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = isInterrupted() || failed > 0 || passed === 0 ? 1 : 0;
