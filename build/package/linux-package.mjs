// The Linux results: the unpacked app, its command, the AppImage, and the Debian package, each started once.
import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { projectDir } from '../paths.mjs';
import { runQuietly } from '../run-command.mjs';
import { commandTest } from './command-test.mjs';
import { buildDeb } from './deb.mjs';
import { updateTest } from './update-test.mjs';
import { smokeTest } from './smoke-test.mjs';

/** @typedef {{ readonly output: string, readonly artifact: string, readonly env: NodeJS.ProcessEnv,
 *   readonly packageJson: ReturnType<typeof import('../paths.mjs').readPackageJson>,
 *   readonly kind: import('./build-kind.mjs').BuildKind,
 *   readonly electron: import('../setup/electron.mjs').Electron }} Package  output: the folder of the results */

/** @param {string} what @param {() => Promise<readonly string[]>} prove */
const step = async (what, prove) => {
  console.log(`\n── ${what}`);
  return prove();
};

/** Installs the package into a folder and starts the result.
 * @param {string} deb @param {Package} made */
const proveDeb = async (deb, { output, artifact, env, packageJson }) => {
  const root = path.join(output, 'deb-installed');
  await rm(root, { recursive: true, force: true });
  try {
    const { code, output: words } = await runQuietly('dpkg-deb', ['-x', deb, root]);
    if (code !== 0) return [words];
    const app = path.join(root, 'opt', artifact);
    return [
      ...(await smokeTest([path.join(app, 'localport')], env)),
      ...(await commandTest(path.join(app, 'resources/bin/localport'), packageJson)),
    ];
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};

/** @param {Package} made @returns {Promise<readonly string[]>} what is wrong; empty when nothing is */
export const proveLinux = async (made) => {
  const { output, artifact, env, packageJson, electron, kind } = made;
  const appDir = path.join(
    output,
    process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`,
  );
  const version = (await readFile(path.join(appDir, 'version'), 'utf8').catch(() => '')).trim();
  const image = (await readdir(output)).find((name) => name.endsWith('.AppImage'));
  const deb = await buildDeb({
    ...packageJson,
    appDir,
    iconsDir: path.join(projectDir, 'build/icons/linux'),
    output,
    artifact,
    arch: process.arch,
  });
  return [
    ...(version === electron.version
      ? []
      : [`the package holds Electron ${version}, not ${electron.version}`]),
    ...(await step('the app', () => smokeTest([path.join(appDir, 'localport')], env))),
    ...(await step('its command', () =>
      commandTest(path.join(appDir, 'resources/bin/localport'), packageJson),
    )),
    ...(await step(path.basename(deb), () => proveDeb(deb, made))),
    ...(image === undefined
      ? ['there is no AppImage']
      : await step(image, () => smokeTest([path.join(output, image), '--appimage-extract-and-run'], env))),
    ...(image === undefined || kind.kind === 'release'
      ? []
      : await step('its update', () => updateTest(path.join(output, image), env))),
  ];
};
