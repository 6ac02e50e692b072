// `npm run bench`: measures the figures of electron/docs/figures.md, with the programs e2e/bench/*.bench.ts. `npm run
// bench -- quit idle` runs those whose file name contains one of the words.
import './setup/node-version.mjs';
import path from 'node:path';
import { exitOnEndSignals } from './end-signals.mjs';
import { cacheDir, projectDir } from './paths.mjs';
import { runBenches } from './run-benches.mjs';
import { runMain } from './setup/report.mjs';

exitOnEndSignals();
await runMain(() =>
  runBenches({
    folder: path.join(projectDir, 'e2e/bench'),
    resultFile: path.join(cacheDir, 'bench.json'),
    words: process.argv.slice(2),
  }),
);
