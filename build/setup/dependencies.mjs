// node_modules, exactly as in the lock file. Runs without them: Node alone starts npm.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { projectDir } from '../paths.mjs';
import { requireNpm, runOnTerminal } from './programs.mjs';
import { SetUpError, withProgress } from './report.mjs';

/** @typedef {Record<string, { version?: string, optional?: boolean }>} Packages */

/** @param {string} file @returns {Promise<Packages | undefined>} */
const readPackages = async (file) => {
  try {
    /** @type {{ packages: Packages }} */
    const lock = JSON.parse(await readFile(path.join(projectDir, file), 'utf8'));
    return lock.packages;
  } catch {
    return undefined;
  }
};

/** Compares the lock file with what npm wrote down, as its last step, about its own installation. So an interrupted
 * installation counts as none, and one made by hand with `npm install` is good.
 * @returns {Promise<boolean>} */
const areInstalled = async () => {
  const wanted = await readPackages('package-lock.json');
  const installed = await readPackages('node_modules/.package-lock.json');
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(
    ([name, { version, optional }]) =>
      // '' is the project itself; optional packages of other platforms are left out.
      name === '' || installed[name]?.version === version || (optional === true && !(name in installed)),
  );
};

export const ensureDependencies = async () => {
  if (await areInstalled()) return;
  requireNpm();
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const isInstalled = await withProgress('installing the npm packages of the lock file (npm ci)', () =>
    runOnTerminal('npm', args),
  );
  if (!isInstalled) throw new SetUpError('`npm ci` failed: see its message above.');
};
