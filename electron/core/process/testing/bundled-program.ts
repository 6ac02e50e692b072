import { join } from 'node:path';
import { buildSync } from 'esbuild';

const testVersion = '1.2.3';

/** Bundles a TypeScript program into `folder`, as the app is bundled; `node FILE` runs it. Returns the file. */
export function bundleProgram(source: string, folder: string, name = 'program'): string {
  const outfile = join(folder, `${name}.cjs`);
  buildSync({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
    define: { __LOCALPORT_VERSION__: JSON.stringify(testVersion), 'import.meta.url': '__importMetaUrl' },
    banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  return outfile;
}
