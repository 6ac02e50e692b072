// The type declarations of the Electron that the tests run on where no other one can be fetched; see electron-from-registry.mjs.
// Its npm package is fetched for this one file: as a dependency it would download the whole Electron.
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheDir } from '../paths.mjs';
import { registryElectronVersion } from './electron-from-registry.mjs';
import { fetchPackageFile } from './registry-package.mjs';

const source = {
  spec: `electron@${registryElectronVersion}`,
  integrity:
    'sha512-SG/nmSsK9Qg1p6wAW+ZfqU+AV8cmXMTIklUL18NnOKfZLlum4ZsDoVdmmmlL39ZmeCaq27dr7CgslRPahfoVJg==',
  megabytes: 1,
};

/** @returns {Promise<string>} electron.d.ts */
export const ensureRegistryTypings = async () => {
  const folder = path.join(cacheDir, `electron-typings-${registryElectronVersion}`);
  const file = path.join(folder, 'electron.d.ts');
  if (existsSync(file)) return file;
  const workDir = `${folder}.${process.pid}`;
  try {
    const fetched = await fetchPackageFile(source, 'electron.d.ts', workDir);
    await mkdir(folder, { recursive: true });
    // The last step, and atomic: the file is whole or absent.
    await rename(fetched, file);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  return file;
};
