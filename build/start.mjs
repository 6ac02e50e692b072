// `npm start`: sets up, builds, and starts the app; arguments after `--` go to the app.
import './setup/node-version.mjs';
import { existsSync } from 'node:fs';
import os from 'node:os';
import { projectDir } from './paths.mjs';
import { sandboxArgs, withPreparedApp } from './prepared-app.mjs';
import { hasDisplay } from './setup/display.mjs';
import { SetUpError, runMain } from './setup/report.mjs';

// Ctrl-C comes twice, from the terminal and from npm, which forwards it: within this time the two count as one.
const sameSignalMs = 300;

/** Not on an X server in memory. */
const isVisible = process.platform !== 'linux' || hasDisplay();

/** Says where the app will be if there is no desktop for its icon: on an X server in memory. */
const tellMissingDisplay = () => {
  if (isVisible) return;
  console.log(
    [
      'There is no display here (DISPLAY and WAYLAND_DISPLAY are not set), so nobody will see the app:',
      'it runs on a virtual one. The command needs none:',
      '  npx localport start --all    starts LocalPort in the background, and every service of your config',
      '  npx localport --help',
    ].join('\n'),
  );
};

const systemBus = '/run/dbus/system_bus_socket';

/** Without a system bus, as in a container, Chromium complains about every request. */
const quietArgs = process.platform === 'linux' && !existsSync(systemBus) ? ['--log-level=3'] : [];

/** Runs the app in a process group of its own, so that it gets each signal exactly once: from here.
 * @param {import('./prepared-app.mjs').PreparedApp} app
 * @returns {Promise<number>} its exit code */
const runApp = async ({ electron, env }) => {
  // Installed only now.
  const { execa } = await import('execa');
  const args = [...sandboxArgs, ...quietArgs, projectDir, ...process.argv.slice(2)];
  const app = execa(electron.executable, args, {
    env: { ...env, LOCALPORT_STARTED_BY_NPM: isVisible ? 'with-display' : 'without-display' },
    extendEnv: false,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    cleanup: false,
    forceKillAfterDelay: false,
    reject: false,
  });
  let lastSignalAt = -Infinity;
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => {
    if (performance.now() - lastSignalAt < sameSignalMs) return;
    lastSignalAt = performance.now();
    app.kill(signal);
  };
  process.on('SIGINT', () => passOn('SIGINT'));
  process.on('SIGTERM', () => passOn('SIGTERM'));
  // The terminal was closed. To the app, HUP means reload.
  process.on('SIGHUP', () => passOn('SIGTERM'));
  const { exitCode, signal, originalMessage } = await app;
  if (app.pid === undefined) throw new SetUpError(`The app could not be started: ${originalMessage}`);
  return exitCode ?? 128 + (signal === undefined ? 0 : os.constants.signals[signal]);
};

await runMain(() => {
  tellMissingDisplay();
  return withPreparedApp('start', runApp);
});
