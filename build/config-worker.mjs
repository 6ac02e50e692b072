// The worker that compiles configs goes into the bundles of the hosts as text: a host starts it without looking for a
// file, be it in an asar or bundled by a test.
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

/** What the bundle of a host has to define.
 * @param {{ readonly outputFiles: readonly OutputFile[] }} built from `configWorkerBundle` */
export const configWorkerDefine = ({ outputFiles }) => ({
  __LOCALPORT_CONFIG_WORKER__: JSON.stringify(outputFiles.map(({ text }) => text).join('')),
});
