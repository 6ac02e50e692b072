// The worker that compiles configs is part of the hosts' bundles as text: a host starts it without looking for a file,
// whether in an asar or bundled by a test.
import { projectDir } from './paths.mjs';

/** @typedef {import('esbuild').OutputFile} OutputFile */

export const configWorkerBundle = /** @satisfies {import('esbuild').BuildOptions} */ ({
  absWorkingDir: projectDir,
  entryPoints: ['electron/core/config/config-worker.ts'],
  bundle: true,
  write: false,
  metafile: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
});

/** The definitions that a host's bundle needs.
 * @param {{ readonly outputFiles: readonly OutputFile[] }} built from `configWorkerBundle` */
export const configWorkerDefine = ({ outputFiles }) => ({
  __LOCALPORT_CONFIG_WORKER__: JSON.stringify(outputFiles.map(({ text }) => text).join('')),
});
