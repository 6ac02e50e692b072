// A part of `npm run check`: the tests here run on an older Electron than users get, so what touches Electron must fit the
// typings of both. `types` compiles it with those of package.json; this, with the older ones.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bin, cacheDir, projectDir } from './paths.mjs';
import { runVisibly } from './run-command.mjs';
import { ensureRegistryTypings } from './setup/electron-typings.mjs';
import { runMain } from './setup/report.mjs';

await runMain(async () => {
  const typings = await ensureRegistryTypings();
  const config = path.join(cacheDir, 'tsconfig.older-electron.json');
  /** @param {string} file */
  const inProject = (file) => path.join(projectDir, file);
  await writeFile(
    config,
    JSON.stringify({
      extends: inProject('tsconfig.json'),
      compilerOptions: { paths: { electron: [typings] }, typeRoots: [inProject('node_modules/@types')] },
      include: ['electron/main.ts', 'electron/start.ts', 'electron/preload.ts', 'electron/shell/*.ts'].map(
        inProject,
      ),
      exclude: [inProject('electron/**/*.test.ts')],
    }),
  );
  const { code } = await runVisibly(process.execPath, [bin('typescript/bin/tsc'), '--noEmit', '-p', config]);
  return code ?? 1;
});
