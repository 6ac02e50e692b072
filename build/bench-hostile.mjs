// `npm run bench:hostile`: what hostile files, children and clients cost the daemon and the other forwards, as a table.
// `npm run bench:hostile -- files crowd` measures those rows alone, `-- --seed 7` repeats the mutations of an earlier run.
import './setup/node-version.mjs';
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { exitOnEndSignals } from './end-signals.mjs';
import { figureOf, figureTable } from './figure-table.mjs';
import { cacheDir, projectDir } from './paths.mjs';
import { SetUpError, runMain } from './setup/report.mjs';

/** @typedef {import('./figure-table.mjs').Figure} Figure */

const program = path.join(cacheDir, 'bench', 'hostile.mjs');
const resultFile = path.join(cacheDir, 'bench-hostile.json');

/** The daemon, without Electron. */
const prepare = async () => {
  const { ensureDependencies } = await import('./setup/dependencies.mjs');
  await ensureDependencies();
  const { bundle } = await import('./bundle.mjs');
  await bundle();
  const { bundleBench } = await import('./bundle-bench.mjs');
  await bundleBench(path.join(projectDir, 'e2e/hostile/hostile-main.ts'), program);
};

exitOnEndSignals();
await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: 'string' } },
  });
  if (process.platform !== 'linux')
    throw new SetUpError('bench:hostile needs Linux: it reads the peak of memory from /proc.');
  await prepare();
  const seed = values.seed ?? String(randomInt(2 ** 31));
  // It is there only now. On our own exit it ends the program.
  const { execa } = await import('execa');
  const bench = execa(process.execPath, ['--enable-source-maps', program, seed, ...positionals], {
    cwd: projectDir,
    buffer: false,
    stdio: ['ignore', 'pipe', 'inherit'],
    reject: false,
  });
  /** @type {Figure[]} */
  const figures = [];
  createInterface(bench.stdout).on('line', (line) => {
    const figure = figureOf(line);
    if (figure === undefined) console.log(line);
    else figures.push(figure);
  });
  const { exitCode, shortMessage = '' } = await bench;
  if (exitCode !== 0)
    figures.push({
      figure: 'the bench',
      value: null,
      unit: '',
      must: 'ends with 0',
      ok: false,
      note: shortMessage,
    });
  const result = { seed, node: process.versions.node, figures };
  await writeFile(resultFile, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`\n${figureTable(figures)}\n\nseed ${seed}; also in ${path.relative(projectDir, resultFile)}`);
  return figures.every(({ ok }) => ok) ? 0 : 1;
});
