// `npm run bench`: measures the figures of electron/docs/figures.md. Every e2e/bench/*.bench.ts is a program that prints
// one JSON object for each figure; here they are run one after another, and set as one table.
// `npm run bench -- quit idle` runs those whose file name contains one of the words.
import './setup/node-version.mjs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { exitOnEndSignals } from './end-signals.mjs';
import { figuresOf, notMeasured, publish } from './figure-table.mjs';
import { cacheDir, projectDir } from './paths.mjs';
import { withPreparedApp } from './prepared-app.mjs';
import { runMain } from './setup/report.mjs';

/** @typedef {import('./figure-table.mjs').Figure} Figure */

const benchDir = path.join(projectDir, 'e2e/bench');

/** @param {readonly string[]} words @returns {Promise<readonly string[]>} */
const benchNames = async (words) => {
  const names = (await readdir(benchDir)).filter((name) => name.endsWith('.bench.ts')).sort();
  return words.length === 0 ? names : names.filter((name) => words.some((word) => name.includes(word)));
};

/** Runs one program; what it prints besides its figures is passed through.
 * @param {string} name @param {NodeJS.ProcessEnv} env
 * @returns {Promise<readonly Figure[]>} */
const runBench = async (name, env) => {
  const { bundleBench } = await import('./bundle-bench.mjs');
  const script = path.join(cacheDir, 'bench', `${name}.mjs`);
  await bundleBench(path.join(benchDir, name), script);
  console.log(`\n── ${name}`);
  // It is there only now. On our own exit it ends the program.
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

exitOnEndSignals();
await runMain(() =>
  withPreparedApp('test', async ({ electron, env }) => {
    const names = await benchNames(process.argv.slice(2));
    if (names.length === 0) {
      console.log('no benchmark of that name');
      return 1;
    }
    /** @type {Figure[]} */
    const figures = [];
    // One at a time: they measure.
    for (const name of names) figures.push(...(await runBench(name, env)));
    return publish(path.join(cacheDir, 'bench.json'), figures, { electron: electron.version });
  }),
);
