// The paths in a checkout. Every script uses these, so that each runs from any working directory.
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';

export const projectDir = path.resolve(import.meta.dirname, '..');
export const cacheDir = path.join(projectDir, '.cache');
export const distDir = path.join(projectDir, 'dist');
export const reportsDir = path.join(cacheDir, 'reports');

/** The executable script of an installed npm package, e.g. `bin('eslint/bin/eslint.js')`.
 * @param {string} script */
export const bin = (script) => path.join(projectDir, 'node_modules', script);

/** @typedef {{ readonly version: string, readonly productName: string, readonly description: string, readonly author: string,
 *   readonly repository?: string | { readonly url: string }, readonly devDependencies: { readonly electron: string } }} PackageJson */

/** @returns {PackageJson} */
export const readPackageJson = () => {
  /** @type {PackageJson} */
  const fields = JSON.parse(readFileSync(path.join(projectDir, 'package.json'), 'utf8'));
  return fields;
};

/** True when a module is the script that node was asked to run, also by a link or in a folder behind one, as /tmp is on macOS.
 * @param {string} filename `import.meta.filename` of the asking module */
export const isEntryPoint = (filename) => {
  const [, script] = process.argv;
  return script !== undefined && realpathSync(script) === realpathSync(filename);
};
