// Bundles a benchmark, with the fixtures that it shares with the end-to-end tests, into a program for plain Node.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { projectDir, readPackageJson } from './paths.mjs';

/** Fixtures find their neighboring files by import.meta.dirname, which must stay true inside the bundle.
 * @type {import('esbuild').Plugin} */
const sourceFolders = {
  name: 'source-folders',
  setup: (build) => {
    build.onLoad({ filter: /\/e2e\/.*\.ts$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, 'utf8')).replaceAll(
        'import.meta.dirname',
        JSON.stringify(path.dirname(file)),
      ),
      loader: 'ts',
    }));
  },
};

/** @param {string} entry @param {string} outfile ends in .mjs */
export const bundleBench = async (entry, outfile) => {
  await esbuild.build({
    absWorkingDir: projectDir,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    logLevel: 'warning',
    define: { __LOCALPORT_VERSION__: JSON.stringify(readPackageJson().version) },
    // A benchmark may use any installed package.
    packages: 'external',
    plugins: [sourceFolders],
  });
};
