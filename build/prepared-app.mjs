// The app ready to be started: set up, bundled, with a display and the environment that finds it all.
import { ensureDisplay } from './setup/display.mjs';
import { setUp } from './setup.mjs';

/** @typedef {import('./setup/electron.mjs').Electron} Electron */
/** @typedef {{ readonly electron: Electron, readonly env: NodeJS.ProcessEnv, readonly ownDisplay: boolean }} PreparedApp */

/** Root may not use Chromium's sandbox. */
export const sandboxArgs = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Prepares the app, lends it, and ends the display that was started for it.
 * @template T
 * @param {import('./setup/system-packages.mjs').Purpose} purpose
 * @param {(app: PreparedApp) => Promise<T>} use
 * @returns {Promise<T>} */
export const withPreparedApp = async (purpose, use) => {
  const { electron, kubectl } = await setUp(purpose);
  // Needs esbuild, which is there only now.
  const { bundle } = await import('./bundle.mjs');
  await bundle();
  const display = await ensureDisplay();
  try {
    /** @type {NodeJS.ProcessEnv} */
    const env = { ...process.env, ...display.env, LOCALPORT_ELECTRON: electron.executable };
    if (kubectl !== undefined) env.LOCALPORT_KUBECTL = kubectl;
    // Set inside some editors' terminals; Electron would then be a plain Node.
    delete env.ELECTRON_RUN_AS_NODE;
    return await use({ electron, env, ownDisplay: display.env.DISPLAY !== undefined });
  } finally {
    await display.close();
  }
};
