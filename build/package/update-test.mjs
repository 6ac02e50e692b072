// Updates an AppImage from a loopback server: found, downloaded, verified, and put in place of the old one when the app
// quits. The new version is a script that records how it was started. Needs an image that can be unpacked: a test
// build.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { runQuietly } from '../run-command.mjs';
import { runOnce, smokeArgs } from './smoke-test.mjs';
import { homeEnvironment, withEmptyHome } from './empty-home.mjs';

const newImage = `#!/bin/sh
echo "$APPIMAGE_EXIT_AFTER_INSTALL" > "$HOME/installed"
`;

/** As electron-builder writes it for a release.
 * @param {string} file */
const releaseList = (file) => `version: 99.0.0
files:
  - url: ${file}
    sha512: ${createHash('sha512').update(newImage).digest('base64')}
    size: ${Buffer.byteLength(newImage)}
path: ${file}
sha512: ${createHash('sha512').update(newImage).digest('base64')}
releaseDate: '2026-01-01T00:00:00.000Z'
`;

/** @typedef {{ readonly url: string, readonly asked: string[] }} ReleaseServer  asked: the paths, in order */

/** @template T @param {(server: ReleaseServer) => Promise<T>} use @returns {Promise<T>} */
const withReleases = async (use) => {
  /** @type {string[]} */
  const asked = [];
  const server = createServer(({ url = '' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    asked.push(pathname);
    if (pathname === '/latest-linux.yml') response.end(releaseList('New.AppImage'));
    else if (pathname === '/New.AppImage') response.end(newImage);
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  try {
    return await use({ url: `http://127.0.0.1:${port}`, asked });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
};

/** Unpacks the image, makes it look for updates at the server, and runs it to its end.
 * @param {string} image @param {NodeJS.ProcessEnv} env @param {{ readonly home: string, readonly updates: boolean }} user
 * @returns {Promise<readonly string[]>} what is wrong */
const updateOnce = (image, env, { home, updates }) =>
  withReleases(async ({ url, asked }) => {
    const appDir = path.join(home, 'appdir');
    const installed = path.join(home, 'LocalPort.AppImage');
    await writeFile(installed, 'the old version', { mode: 0o755 });
    const unpacked = await runQuietly('unsquashfs', [
      '-quiet',
      '-no-progress',
      '-offset',
      '4096',
      '-dest',
      appDir,
      image,
    ]);
    if (unpacked.code !== 0) return [unpacked.output];
    await writeFile(
      path.join(appDir, 'resources/app-update.yml'),
      `provider: generic\nurl: ${url}\nupdaterCacheDirName: localport-updater\n`,
    );
    const state = path.join(home, 'state/localport');
    await mkdir(state, { recursive: true, mode: 0o700 });
    await writeFile(path.join(state, 'settings.json'), JSON.stringify({ updates }), { mode: 0o600 });
    const { code, output } = await runOnce(
      [path.join(appDir, 'AppRun'), ...smokeArgs(home), '--update-test'],
      {
        ...env,
        ...homeEnvironment(home),
        APPIMAGE: installed,
        APPDIR: appDir,
      },
    );
    if (code !== 0) return [`the app that updates ended with ${code}\n${output}`];
    const now = await readFile(installed, 'utf8');
    const started = await readFile(path.join(home, 'installed'), 'utf8').catch(() => '');
    if (!updates)
      return asked.length === 0 && now === 'the old version'
        ? []
        : [`switched off, it asked for ${asked.join(', ')}`];
    return now === newImage && started === 'true\n'
      ? []
      : [`not updated; it asked for ${asked.join(', ')} and said:\n${output}`];
  });

/** @param {string} image @param {NodeJS.ProcessEnv} env
 * @returns {Promise<readonly string[]>} what is wrong; empty when nothing is */
export const updateTest = async (image, env) => [
  ...(await withEmptyHome((home) => updateOnce(image, env, { home, updates: true }))),
  ...(await withEmptyHome((home) => updateOnce(image, env, { home, updates: false }))),
];
