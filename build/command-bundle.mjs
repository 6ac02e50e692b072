// The `localport` command as one file that compiles only the code that runs. V8 reads all the text of a bundle before
// its first line runs, and most commands need a tenth of it: neither YAML nor the libraries that run kubectl and ssh.
// So the bundle holds its modules as strings, each compiled when it is required. This saves a fifth of `--help`'s time
// (`npm run bench -- command`). Several files would do the same, but would have to be found, packed, and kept in sync.
import path from 'node:path';
import { build, transform } from 'esbuild';

/** @typedef {import('esbuild').BuildOptions} BuildOptions */
/** @typedef {import('esbuild').BuildResult<{ write: false, metafile: true }>} BuildResult */
/** @typedef {(name: string) => unknown} Require */

/** Runs inside the bundle: a `require` that knows the modules in `texts` and forwards all other names.
 * @param {Record<string, string>} texts by the name that is required: `./chunk-ABCD.js`
 * @param {Require} outer @param {string} filename of the bundle
 * @returns {Require} */
const requireFrom = (texts, outer, filename) => {
  const { compileFunction } = /** @type {import('node:vm')} */ (outer('node:vm'));
  const dirname = /** @type {import('node:path')} */ (outer('node:path')).dirname(filename);
  /** @type {Map<string, { exports: unknown }>} */
  const loaded = new Map();
  /** @type {Require} */
  const load = (name) => {
    const text = texts[name];
    if (text === undefined) return outer(name);
    const present = loaded.get(name);
    if (present !== undefined) return present.exports;
    const module = { exports: {} };
    // Before it runs: modules may have circular imports.
    loaded.set(name, module);
    const parameters = ['require', 'module', 'exports', '__filename', '__dirname'];
    const run = /** @type {(...passed: readonly unknown[]) => unknown} */ (
      compileFunction(text, parameters, { filename: `${filename}/${name.slice(2)}` })
    );
    run(load, module, module.exports, filename, dirname);
    return module.exports;
  };
  return load;
};

/** esbuild splits ES modules only: its pieces become CommonJS one by one, `import()` included, which would start
 * Node's loader of ES modules.
 * @param {string} piece @param {string} banner what a bundle in CommonJS has to begin with
 * @returns {Promise<string>} */
const asCommonJs = async (piece, banner) => {
  const { code } = await transform(piece.replace(/^#!.*\n/, ''), {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: true,
    supported: { 'dynamic-import': false },
    // ES modules are strict without a directive.
    banner: `'use strict';${piece.includes('__importMetaUrl') ? banner : ''}`,
  });
  return code;
};

/** Bundles like esbuild's `build`, and returns its result; nothing is written.
 * @param {BuildOptions} options of a bundle in CommonJS, with one entry point and an `outfile`
 * @returns {Promise<BuildResult>} */
export const buildCommand = async ({ outfile = '', banner, ...options }) => {
  const result = await build({
    ...options,
    outdir: path.dirname(outfile),
    format: 'esm',
    splitting: true,
    minify: true,
    sourcemap: false,
    write: false,
    metafile: true,
  });
  const { inputs, outputs } = result.metafile;
  const piecesOfCommonJs = new Set(
    Object.entries(outputs).flatMap(([file, { entryPoint = '' }]) =>
      inputs[entryPoint]?.format === 'cjs' ? [path.basename(file)] : [],
    ),
  );
  const texts = await Promise.all(
    result.outputFiles.map(async ({ path: file, text }) => {
      const name = path.basename(file);
      // Its only export is `default`; `import()` in Node gives the names as well.
      const piece = piecesOfCommonJs.has(name) ? text.replace('export default ', 'module.exports=') : text;
      return [`./${name}`, await asCommonJs(piece, banner?.js ?? '')];
    }),
  );
  const entry = `./${path.parse(outfile).name}.js`;
  const text = [
    '#!/usr/bin/env node',
    "'use strict';",
    `const texts = ${JSON.stringify(Object.fromEntries(texts))};`,
    `(${requireFrom.toString()})(texts, require, __filename)(${JSON.stringify(entry)});`,
    '',
  ].join('\n');
  return { ...result, outputFiles: [{ path: outfile, text, contents: Buffer.from(text), hash: '' }] };
};
