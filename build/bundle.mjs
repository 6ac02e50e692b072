// Bundles the app into dist/: each of its processes becomes one file with all its libraries inside, so that the
// packaged app has no node_modules and starts by reading one file. Takes about 200 ms, so it always runs.
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { buildCommand } from './command-bundle.mjs';
import { configWorkerBundle, configWorkerDefine } from './config-worker.mjs';
import { distDir, isEntryPoint, projectDir, readPackageJson } from './paths.mjs';
import { SetUpError, runMain } from './setup/report.mjs';
import { thirdPartyLicenses } from './third-party-licenses.mjs';

/** @typedef {import('esbuild').BuildOptions} BuildOptions */
/** @typedef {{ readonly path: string, readonly contents: Uint8Array }} OutputFile */

/** The options that all bundles share.
 * @returns {BuildOptions} */
const common = () => ({
  absWorkingDir: projectDir,
  bundle: true,
  write: false,
  sourcemap: 'linked',
  metafile: true,
  // Kept in a separate file.
  legalComments: 'none',
  logLevel: 'warning',
  define: {
    'process.env.NODE_ENV': '"production"',
    __LOCALPORT_VERSION__: JSON.stringify(readPackageJson().version),
  },
});

/** A bundle for Node or Electron's main process.
 * @param {string} entry @param {string} outfile @param {BuildOptions['define']} define
 * @returns {BuildOptions} */
const nodeBundle = (entry, outfile, define = {}) => ({
  ...common(),
  entryPoints: [entry],
  outfile: path.join(distDir, outfile),
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // V8 keeps the text in memory, at twice the size if any character, even in a comment, is not Latin-1. Names stay, for
  // stacks in the log.
  minifyWhitespace: true,
  lineLimit: 120,
  external: ['electron'],
  // ES modules among the libraries need import.meta.url, which a CommonJS file does not have.
  define: { ...common().define, ...define, 'import.meta.url': '__importMetaUrl' },
  banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
});

/** The first file of the packaged app: an ES module, which Electron waits for. It loads the others by name.
 * @returns {BuildOptions} */
const startBundle = () => ({
  ...common(),
  entryPoints: ['electron/start.ts'],
  outfile: path.join(distDir, 'start.mjs'),
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minifyWhitespace: true,
});

/** A sandboxed preload has neither node:url nor __filename, and may require only electron.
 * @param {string} entry @param {string} outfile
 * @returns {BuildOptions} */
const preloadBundle = (entry, outfile) => ({
  ...common(),
  entryPoints: [entry],
  outfile: path.join(distDir, outfile),
  platform: 'browser',
  format: 'cjs',
  target: 'chrome130',
  minify: true,
  external: ['electron'],
});

/** @param {string} entry @param {string} outfile
 * @returns {BuildOptions} */
const rendererBundle = (entry, outfile) => ({
  ...common(),
  entryPoints: [entry],
  outfile: path.join(distDir, outfile),
  platform: 'browser',
  format: 'iife',
  target: 'chrome130',
  minify: true,
  jsx: 'automatic',
  loader: { '.svg': 'file', '.png': 'file', '.woff2': 'file' },
  assetNames: 'assets/[name]-[hash]',
});

/** An entry without a source file is left out.
 * @param {BuildOptions['define']} define for the hosts
 * @returns {BuildOptions[]} */
const bundles = (define) =>
  [
    { entry: 'electron/main.ts', options: nodeBundle('electron/main.ts', 'main.cjs', define) },
    {
      entry: 'electron/shell/update-engine.ts',
      options: nodeBundle('electron/shell/update-engine.ts', 'updater.cjs'),
    },
    { entry: 'electron/start.ts', options: startBundle() },
    { entry: 'electron/preload.ts', options: preloadBundle('electron/preload.ts', 'preload.cjs') },
    { entry: 'electron/daemon.ts', options: nodeBundle('electron/daemon.ts', 'daemon.cjs', define) },
    { entry: 'renderer/main.tsx', options: rendererBundle('renderer/main.tsx', 'renderer/main.js') },
  ]
    .filter(({ entry }) => existsSync(path.join(projectDir, entry)))
    .map(({ options }) => options);

/** Files that are copied unchanged: the popover's page, the icons, and the pages of `localport docs`.
 * @returns {Promise<OutputFile[]>} */
const copies = async () => {
  const iconsDir = path.join(projectDir, 'build/icons');
  const icons = (await readdir(iconsDir)).filter((name) => name.endsWith('.png'));
  const docsDir = path.join(projectDir, 'electron/docs');
  const pairs = [
    ...icons.map((name) => ({ from: path.join(iconsDir, name), to: path.join(distDir, 'icons', name) })),
    ...(await readdir(docsDir)).map((name) => ({
      from: path.join(docsDir, name),
      to: path.join(distDir, 'docs', name),
    })),
    { from: path.join(projectDir, 'renderer/index.html'), to: path.join(distDir, 'renderer/index.html') },
  ];
  return Promise.all(
    pairs
      .filter(({ from }) => existsSync(from))
      .map(async ({ from, to }) => ({ path: to, contents: await readFile(from) })),
  );
};

/** Writes a file only when its content is new, and by rename: a running app, or a second script bundling at the
 * same time, never reads half a file.
 * @param {OutputFile} file
 * @returns {Promise<boolean>} whether anything was written */
const writeWhenChanged = async (file) => {
  const present = await readFile(file.path).catch(() => undefined);
  if (present !== undefined && Buffer.compare(present, file.contents) === 0) return false;
  await mkdir(path.dirname(file.path), { recursive: true });
  const temporary = `${file.path}.${process.pid}.tmp`;
  await writeFile(temporary, file.contents);
  // The command is started directly, through its shebang.
  if (path.basename(file.path) === 'localport.cjs') await chmod(temporary, 0o755);
  await rename(temporary, file.path);
  return true;
};

/** esbuild escapes such characters in strings, but not in regular expressions.
 * @param {OutputFile} file */
const refuseWideText = ({ path: file, contents }) => {
  const [wide] = /[^\0-\u00ff]/.exec(Buffer.from(contents).toString('utf8')) ?? [];
  if (wide === undefined) return;
  const escape = `\\u${wide.charCodeAt(0).toString(16).padStart(4, '0')}`;
  throw new SetUpError(
    `${path.basename(file)} has ${wide} in a regular expression, which doubles its memory: write ${escape}.`,
  );
};

/** Builds dist/ and returns the number of changed files.
 * @returns {Promise<number>} */
export const bundle = async () => {
  const command = nodeBundle('electron/cli/localport.ts', 'localport.cjs');
  const buildHosts = async () => {
    const worker = await build(configWorkerBundle);
    const hosts = await Promise.all(bundles(configWorkerDefine(worker)).map((options) => build(options)));
    return { worker, hosts };
  };
  const [{ worker, hosts }, packed] = await Promise.all([buildHosts(), buildCommand(command)]).catch(() => {
    // esbuild has printed the error and its location.
    throw new SetUpError('The app could not be bundled: see above.');
  });
  const built = [...hosts, packed].flatMap(({ outputFiles = [] }) => outputFiles);
  built.filter(({ path: file }) => file.endsWith('.cjs')).forEach(refuseWideText);
  const licenses = await thirdPartyLicenses(
    [worker, ...hosts, packed].flatMap(({ metafile }) => metafile ?? []),
  );
  const written = await Promise.all(
    [
      ...built,
      ...(await copies()),
      { path: path.join(distDir, 'third-party-licenses.txt'), contents: Buffer.from(licenses) },
    ].map(writeWhenChanged),
  );
  return written.filter(Boolean).length;
};

if (isEntryPoint(import.meta.filename)) {
  await runMain(async () => {
    const started = performance.now();
    const written = await bundle();
    console.log(`dist/: ${written} files changed in ${Math.round(performance.now() - started)} ms`);
    return 0;
  });
}
