import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Bundles a TypeScript program into `folder`, as the app is bundled; `node FILE` runs it. Returns the file. */
export function bundleProgram(source: string, folder: string): string {
  const outfile = join(folder, 'program.cjs');
  buildSync({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
    define: { __LOCALPORT_VERSION__: '"0.0.0-test"', 'import.meta.url': '__importMetaUrl' },
    banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  return outfile;
}
