import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { configWorkerBundle, configWorkerDefine } from '../../../../build/config-worker.mjs';

const testVersion = '1.2.3';

/** Bundles a TypeScript program into `folder`, as the app is bundled; `node FILE` runs it. Returns the file. */
export const bundleProgram = (
  source: string,
  folder: string,
  name = 'program',
  version = testVersion,
): string => bundleWith(versioned(version), source, join(folder, `${name}.cjs`));

/** Bundles the daemon into `folder`, with its worker. Returns the file. */
export const bundleDaemon = (folder: string, name = 'program', version = testVersion): string =>
  bundleWith(
    { ...configWorkerDefine(buildSync(configWorkerBundle)), ...versioned(version) },
    join(import.meta.dirname, '../../../daemon.ts'),
    join(folder, `${name}.cjs`),
  );

const versioned = (version: string) => ({ __LOCALPORT_VERSION__: JSON.stringify(version) });

function bundleWith(define: Readonly<Record<string, string>>, source: string, outfile: string): string {
  buildSync({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
    define: {
      ...define,
      'import.meta.url': '__importMetaUrl',
    },
    banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  return outfile;
}
