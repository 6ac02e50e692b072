// The setup with which `npm start`, `npm test`, `npm run bench`, and `npm run package` begin. Each step first checks
// whether there is anything to do; a second run does nothing and takes well under a second.
//
// Alone: `node build/setup.mjs [start|test|package] [--system-packages-only]`.
import './setup/node-version.mjs';
import { isEntryPoint } from './paths.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { ensureElectron } from './setup/electron.mjs';
import { ensureKubectl } from './setup/kubectl.mjs';
import { announce, runMain } from './setup/report.mjs';
import { ensureSystemPackages } from './setup/system-packages.mjs';

/** @typedef {import('./setup/system-packages.mjs').Purpose} Purpose */
/** @typedef {import('./setup/electron.mjs').Electron} Electron */

/** @param {Purpose} purpose
 * @returns {Promise<{ readonly electron: Electron, readonly kubectl: string | undefined }>} */
export const setUp = async (purpose) => {
  await ensureSystemPackages(purpose);
  await ensureDependencies();
  const electron = await ensureElectron();
  const kubectl = purpose === 'test' ? await ensureKubectl() : undefined;
  return { electron, kubectl };
};

if (isEntryPoint(import.meta.filename)) {
  await runMain(async () => {
    const purpose =
      /** @type {const} */ (['test', 'package']).find((name) => process.argv.includes(name)) ?? 'start';
    if (process.argv.includes('--system-packages-only')) {
      await ensureSystemPackages(purpose);
      return 0;
    }
    const { electron, kubectl } = await setUp(purpose);
    announce(`Electron ${electron.version} (${electron.source}): ${electron.executable}`);
    if (kubectl !== undefined) announce(`kubectl: ${kubectl}`);
    return 0;
  });
}
