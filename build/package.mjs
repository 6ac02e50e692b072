// `npm run package`: packages the app for this system with electron-builder and starts the result once.
import './setup/node-version.mjs';
import path from 'node:path';
import { exitOnEndSignals } from './end-signals.mjs';
import { distDir, projectDir } from './paths.mjs';
import { withPreparedApp } from './prepared-app.mjs';
import { runMain } from './setup/report.mjs';
import { smokeTest } from './smoke-test.mjs';

/** Where electron-builder puts the app that runs here. */
const packagedExecutable = () => {
  const output = path.join(distDir, 'package');
  if (process.platform !== 'darwin') return path.join(output, 'linux-unpacked', 'localport');
  const folder = process.arch === 'arm64' ? 'mac-arm64' : 'mac';
  return path.join(output, folder, 'LocalPort.app/Contents/MacOS/LocalPort');
};

/** @param {import('./setup/electron.mjs').Electron} electron */
const packageApp = async (electron) => {
  const { build } = await import('electron-builder');
  const { default: config } = await import('./electron-builder.config.mjs');
  await build({
    projectDir,
    publish: 'never',
    // On Linux the Electron that is there; a Mac package holds two architectures, each of which is downloaded.
    config:
      process.platform === 'linux'
        ? { ...config, electronDist: path.dirname(electron.executable), electronVersion: electron.version }
        : config,
  });
};

exitOnEndSignals();
await runMain(() =>
  withPreparedApp('start', async ({ electron, env }) => {
    await packageApp(electron);
    const executable = packagedExecutable();
    console.log(`\nstarting ${path.relative(projectDir, executable)} once …`);
    const { ok, output } = await smokeTest(executable, env);
    console.log(ok ? 'smoke-test ok' : `${output.trim()}\n\nThe packaged app did not pass its smoke test.`);
    return ok ? 0 : 1;
  }),
);
