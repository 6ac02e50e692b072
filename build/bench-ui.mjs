// `npm run bench:ui`: measures how fast the popover responds in the real app, with the programs
// e2e/bench/ui/*.bench.ts. `npm run bench:ui -- click scroll` runs those whose file name contains one of the words.
import './setup/node-version.mjs';
import path from 'node:path';
import { exitOnEndSignals } from './end-signals.mjs';
import { cacheDir, projectDir } from './paths.mjs';
import { runBenches } from './run-benches.mjs';
import { runMain } from './setup/report.mjs';

exitOnEndSignals();
await runMain(() =>
  runBenches({
    folder: path.join(projectDir, 'e2e/bench/ui'),
    resultFile: path.join(cacheDir, 'bench-ui.json'),
    words: process.argv.slice(2),
  }),
);
