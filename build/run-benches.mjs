// Runs the benchmarks of a folder one after another, and prints their figures as one table. Each *.bench.ts is a
// program that prints one JSON object for each figure.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { figuresOf, notMeasured, publish } from './figure-table.mjs';
import { cacheDir, projectDir } from './paths.mjs';
import { withPreparedApp } from './prepared-app.mjs';

/** @typedef {import('./figure-table.mjs').Figure} Figure */
/** @typedef {{ readonly folder: string, readonly resultFile: string, readonly words: readonly string[] }} Benches
 *   words: those whose file name contains one of them; none: all */

/** @param {Benches} benches @returns {Promise<readonly string[]>} */
const benchNames = async ({ folder, words }) => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.bench.ts')).sort();
  return words.length === 0 ? names : names.filter((name) => words.some((word) => name.includes(word)));
};

/** Runs one program; output other than figures is passed through.
 * @param {string} file @param {NodeJS.ProcessEnv} env
 * @returns {Promise<readonly Figure[]>} */
const runBench = async (file, env) => {
  const { bundleBench } = await import('./bundle-bench.mjs');
  const name = path.basename(file);
  const script = path.join(cacheDir, 'bench', `${name}.mjs`);
  await bundleBench(file, script);
  console.log(`\n── ${name}`);
  // Installed only now. If this script exits, execa ends the program.
  const { execa } = await import('execa');
  const program = execa(process.execPath, ['--enable-source-maps', script], {
    cwd: projectDir,
    env,
    extendEnv: false,
    buffer: false,
    stdio: ['ignore', 'pipe', 'inherit'],
    reject: false,
  });
  const figures = figuresOf(program.stdout);
  const { exitCode, shortMessage = '' } = await program;
  return exitCode === 0 ? figures : [...figures, notMeasured(name, shortMessage)];
};

/** Resolves to the exit code: 1 if a figure is outside its limit.
 * @param {Benches} benches @returns {Promise<number>} */
export const runBenches = (benches) =>
  withPreparedApp('test', async ({ electron, env }) => {
    const names = await benchNames(benches);
    if (names.length === 0) {
      console.log('no benchmark of that name');
      return 1;
    }
    /** @type {Figure[]} */
    const figures = [];
    // One at a time, so that they do not disturb each other's measurements.
    for (const name of names) figures.push(...(await runBench(path.join(benches.folder, name), env)));
    return publish(benches.resultFile, figures, { electron: electron.version });
  });
