// `npm run check`: every check of the code that does not run it.
//
// Lint checks only changed files. A rule about types may then miss an error in an unchanged file that a change
// elsewhere has caused; `npm test` checks all files.
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { bin, cacheDir, projectDir } from './paths.mjs';
import { runQuietly } from './run-command.mjs';

/** @typedef {{ readonly name: string, readonly script: string, readonly args: readonly string[] }} Step */

const lintCache = [
  '--cache',
  '--cache-strategy=content',
  `--cache-location=${path.join(cacheDir, 'eslint')}`,
];

/** The slowest first, so that the fast ones use the other cores in the meantime.
 * @param {boolean} onlyChanged @returns {Step[]} */
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

/** @param {Step} step @returns {Promise<boolean>} whether all is well */
const runStep = async ({ name, script, args }) => {
  const started = performance.now();
  const { code, output } = await runQuietly(process.execPath, [script, ...args]);
  const isOk = code === 0;
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${isOk ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)${isOk ? '' : `\n${output.trim()}\n`}`,
  );
  return isOk;
};

/** The number of lines of code outside tests and their fixtures, as one line: the total, and each top folder, largest
 * first. */
const lineCount = async () => {
  const { output } = await runQuietly('git', ['ls-files', '-z']);
  /** @type {Map<string, number>} */
  const rooms = new Map();
  for (const file of output.split('\0')) {
    if (!/\.(?:[cm]?[jt]s|tsx|css|html)$/.test(file) || /^e2e\/|\/testing\/|\.test\.ts$/.test(file)) continue;
    const room = /^(electron\/\w+|\w+)\//.exec(file)?.[1] ?? 'top level';
    const text = await readFile(path.join(projectDir, file), 'utf8').catch(() => '');
    rooms.set(room, (rooms.get(room) ?? 0) + text.split('\n').length - 1);
  }
  const all = [...rooms.values()].reduce((sum, lines) => sum + lines, 0);
  const each = [...rooms].sort(([, a], [, b]) => b - a).map(([room, lines]) => `${room} ${lines}`);
  return `${all} lines of code outside tests: ${each.join(', ')}`;
};

// As many steps at a time as there are cores.
const waiting = stepsFor(!process.argv.includes('--all'));
const worker = async () => {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
    if (!(await runStep(step))) process.exitCode = 1;
};
await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
console.log(await lineCount());
