// `npm run bench:hostile`: what hostile files, children, and clients cost the daemon and the other forwards, as a
// table. `npm run bench:hostile -- files crowd` measures those rows alone, `-- --seed 7` repeats the mutations of an
// earlier run.
import './setup/node-version.mjs';
import { randomInt } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { exitOnEndSignals } from './end-signals.mjs';
import { figuresOf, notMeasured, publish } from './figure-table.mjs';
import { cacheDir, projectDir } from './paths.mjs';
import { SetUpError, runMain } from './setup/report.mjs';

const program = path.join(cacheDir, 'bench', 'hostile.mjs');

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
  // Installed only now. If this script exits, execa ends the program.
  const { execa } = await import('execa');
  const bench = execa(process.execPath, ['--enable-source-maps', program, seed, ...positionals], {
    cwd: projectDir,
    buffer: false,
    stdio: ['ignore', 'pipe', 'inherit'],
    reject: false,
  });
  const figures = figuresOf(bench.stdout);
  const { exitCode, shortMessage = '' } = await bench;
  if (exitCode !== 0) figures.push(notMeasured('the bench', shortMessage));
  return publish(path.join(cacheDir, 'bench-hostile.json'), figures, { seed });
});
