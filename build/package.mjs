// `npm run package`: packages the app for this system, checks the results, and starts each of them once. `npm run
// package -- --release` refuses to build with another Electron than that of package.json.
import './setup/node-version.mjs';
import path from 'node:path';
import { exitOnEndSignals } from './end-signals.mjs';
import { buildKind, namesOf } from './package/build-kind.mjs';
import { distDir, projectDir, readPackageJson } from './paths.mjs';
import { withPreparedApp } from './prepared-app.mjs';
import { SetUpError, runMain } from './setup/report.mjs';

/** @typedef {import('./setup/electron.mjs').Electron} Electron */
/** @typedef {import('./package/build-kind.mjs').BuildKind} BuildKind */

/** @param {Electron} electron @returns {BuildKind} */
const chooseKind = (electron) => {
  const wanted = readPackageJson().devDependencies.electron;
  const kind = buildKind({
    wanted,
    found: electron.version,
    mustRelease: process.argv.includes('--release'),
  });
  if (!kind.ok) throw new SetUpError(kind.error);
  return kind.value;
};

/** @param {Electron} electron @param {BuildKind} kind */
const packageApp = async (electron, kind) => {
  const { build } = await import('electron-builder');
  const { builderConfig } = await import('./electron-builder.config.mjs');
  const config = builderConfig(kind);
  if (kind.kind === 'for-tests' && process.platform === 'linux') {
    const { standInTools } = await import('./package/appimage-tools.mjs');
    process.env.APPIMAGE_TOOLS_PATH = await standInTools();
  }
  await build({
    projectDir,
    publish: 'never',
    // On Linux, the installed Electron; a Mac package holds two architectures, each of which is downloaded.
    config:
      process.platform === 'linux'
        ? { ...config, electronDist: path.dirname(electron.executable), electronVersion: electron.version }
        : config,
  });
};

exitOnEndSignals();
await runMain(() =>
  withPreparedApp('package', async ({ electron, env }) => {
    const kind = chooseKind(electron);
    if (kind.kind === 'for-tests') console.log(`\nA build for tests, no release: ${kind.why}.\n`);
    await packageApp(electron, kind);
    const { artifact, folder } = namesOf(kind, readPackageJson().productName);
    const output = path.join(distDir, folder);
    const { proveMac } = await import('./package/mac-package.mjs');
    const { proveLinux } = await import('./package/linux-package.mjs');
    const prove = process.platform === 'darwin' ? proveMac : proveLinux;
    const complaints = await prove({ output, artifact, env, packageJson: readPackageJson(), electron, kind });
    if (complaints.length === 0) console.log(`\nall in ${path.relative(projectDir, output)}; smoke-test ok`);
    else console.log(`\n${complaints.join('\n')}`);
    return complaints.length === 0 ? 0 : 1;
  }),
);
