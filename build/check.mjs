// `npm run check`: everything that can be said about the code without running it.
//
// Lint looks again only at files that changed. A rule about types may then miss, in a file that did not change, what
// a change elsewhere did to it; `npm test` looks at all files.
import os from 'node:os';
import path from 'node:path';
import { bin, cacheDir, isEntryPoint, projectDir } from './paths.mjs';
import { runQuietly } from './run-command.mjs';

/** @typedef {{ readonly name: string, readonly script: string, readonly args: readonly string[] }} Step */
/** @typedef {{ readonly name: string, readonly ok: boolean, readonly seconds: number, readonly output: string }} StepResult */

const lintCache = [
  '--cache',
  '--cache-strategy=content',
  `--cache-location=${path.join(cacheDir, 'eslint')}`,
];

/** The slowest first, so that the quick ones fill the other cores meanwhile.
 * @param {boolean} onlyChanged @returns {readonly Step[]} */
const stepsFor = (onlyChanged) => [
  {
    name: 'lint',
    script: bin('eslint/bin/eslint.js'),
    args: ['--max-warnings=0', ...(onlyChanged ? lintCache : []), '.'],
  },
  {
    name: 'types',
    script: bin('typescript/bin/tsc'),
    args: ['--noEmit', '--incremental', '--tsBuildInfoFile', path.join(cacheDir, 'types.tsbuildinfo')],
  },
  {
    name: 'spelling',
    script: bin('cspell/bin.mjs'),
    args: [
      '--no-progress',
      '--no-summary',
      '--dot',
      ...(onlyChanged ? ['--cache', '--cache-location', path.join(cacheDir, 'cspell')] : []),
    ],
  },
  { name: 'older Electron', script: path.join(projectDir, 'build/electron-api-check.mjs'), args: [] },
  { name: 'unused code', script: bin('knip/bin/knip.js'), args: ['--no-progress', '--no-config-hints'] },
  {
    name: 'import rules',
    script: bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    args: ['--config', '.dependency-cruiser.mjs', 'electron', 'shared', 'renderer', 'e2e', 'build'],
  },
  {
    name: 'formatting',
    script: bin('prettier/bin/prettier.cjs'),
    args: [
      '--check',
      '--cache',
      '--cache-location',
      path.join(cacheDir, 'prettier'),
      '--log-level=warn',
      '.',
    ],
  },
];

/** @param {Step} step @returns {Promise<StepResult>} */
const runStep = async ({ name, script, args }) => {
  const started = performance.now();
  const { code, output } = await runQuietly(process.execPath, [script, ...args]);
  return { name, ok: code === 0, seconds: (performance.now() - started) / 1000, output: output.trim() };
};

/** Runs every step, as many at a time as there are cores, and prints each as it ends; a failed one with its output.
 * @param {{ readonly onlyChanged: boolean }} options @returns {Promise<readonly StepResult[]>} */
export const runChecks = async ({ onlyChanged }) => {
  const waiting = [...stepsFor(onlyChanged)];
  /** @type {StepResult[]} */
  const results = [];
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const result = await runStep(step);
      results.push(result);
      console.log(`${result.ok ? 'ok    ' : 'FAILED'} ${result.name} (${result.seconds.toFixed(1)} s)`);
      if (!result.ok) console.log(`${result.output}\n`);
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
  return results;
};

if (isEntryPoint(import.meta.filename)) {
  const results = await runChecks({ onlyChanged: true });
  process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
}
