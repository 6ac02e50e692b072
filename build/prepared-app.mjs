// The app, ready to start: set up, bundled, with a display and the environment that names everything.
import { ensureDisplay } from './setup/display.mjs';
import { withProgress } from './setup/report.mjs';
import { setUp } from './setup.mjs';

/** @typedef {import('./setup/electron.mjs').Electron} Electron */
/** @typedef {{ readonly electron: Electron, readonly env: NodeJS.ProcessEnv }} PreparedApp */

/** Root cannot use Chromium's sandbox. */
export const sandboxArgs = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Runs the setup, provides the environment of the app, and ends the display that was started for it.
 * @template T
 * @param {import('./setup/system-packages.mjs').Purpose} purpose
 * @param {(app: PreparedApp) => Promise<T>} use
 * @returns {Promise<T>} */
export const withEnvironment = async (purpose, use) => {
  const { electron, kubectl } = await setUp(purpose);
  const display = await withProgress('starting a display', ensureDisplay);
  try {
    /** @type {NodeJS.ProcessEnv} */
    const env = { ...process.env, ...display.env, LOCALPORT_ELECTRON: electron.executable };
    if (kubectl !== undefined) env.LOCALPORT_KUBECTL = kubectl;
    // Set in some editors' terminals; Electron would then be a plain Node.
    delete env.ELECTRON_RUN_AS_NODE;
    return await use({ electron, env });
  } finally {
    await display.close();
  }
};

/** The same, with the app built.
 * @template T
 * @param {import('./setup/system-packages.mjs').Purpose} purpose
 * @param {(app: PreparedApp) => Promise<T>} use
 * @returns {Promise<T>} */
export const withPreparedApp = (purpose, use) =>
  withEnvironment(purpose, async (app) => {
    // Needs esbuild, which is installed only now.
    const { bundle } = await import('./bundle.mjs');
    await withProgress('building the app', bundle);
    return use(app);
  });
