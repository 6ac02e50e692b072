// The Mac result: both apps are checked with the system's own tools, and the one for this processor is started once.
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { runQuietly } from '../run-command.mjs';
import { commandTest } from './command-test.mjs';
import { macComplaints } from './mac-checks.mjs';
import { smokeTest } from './smoke-test.mjs';

/** @typedef {import('./linux-package.mjs').Package} Package */

/** How @electron/fuses reads an enabled fuse: the character in the executable. */
const enabled = '1'.charCodeAt(0);

/** A property list as an object; a missing one is empty.
 * @param {string} file @returns {Promise<Record<string, unknown>>} */
const readPlist = async (file) => {
  const { code, output } = await runQuietly('/usr/bin/plutil', ['-convert', 'json', '-o', '-', file]);
  return code === 0 ? JSON.parse(output) : {};
};

/** @param {string} app @returns {Promise<Record<string, boolean>>} the fuses that are on or off, by their names */
const readFuses = async (app) => {
  const wire = await getCurrentFuseWire(app);
  const names = Object.entries(FuseV1Options).filter(([, value]) => typeof value === 'number');
  return Object.fromEntries(
    names.map(([name, index]) => [name, Number(wire[/** @type {FuseV1Options} */ (index)]) === enabled]),
  );
};

/** @param {string} app @param {Package} made @returns {Promise<readonly string[]>} */
const examine = async (app, { packageJson }) => {
  const framework = 'Contents/Frameworks/Electron Framework.framework/Versions/A/Resources/Info.plist';
  const isSigned = Boolean(process.env.CSC_LINK || process.env.CSC_NAME);
  const findings = {
    codesign: await runQuietly('/usr/bin/codesign', ['--verify', '--deep', '--strict', app]),
    spctl: await runQuietly('/usr/sbin/spctl', ['--assess', '--type', 'execute', '--verbose', app]),
    stapler: await runQuietly('/usr/bin/xcrun', ['stapler', 'validate', app]),
    infoPlist: await readPlist(path.join(app, 'Contents/Info.plist')),
    electron: (await readPlist(path.join(app, framework)))['CFBundleVersion'],
    fuses: await readFuses(app),
  };
  return macComplaints(findings, {
    isNotarized: isSigned && Boolean(process.env.APPLE_ID || process.env.APPLE_API_KEY),
    version: packageJson.version,
    electron: packageJson.devDependencies.electron,
  }).map((complaint) => `${path.basename(path.dirname(app))}: ${complaint}`);
};

/** @param {Package} made @returns {Promise<readonly string[]>} what is wrong; empty when nothing is */
export const proveMac = async (made) => {
  const { output, env, packageJson } = made;
  const folders = { arm64: 'mac-arm64', x64: 'mac' };
  const apps = Object.values(folders).map((folder) =>
    path.join(output, folder, `${packageJson.productName}.app`),
  );
  const missing = apps.filter((app) => !existsSync(app)).map((app) => `there is no ${app}`);
  if (missing.length > 0) return missing;
  const complaints = (await Promise.all(apps.map((app) => examine(app, made)))).flat();
  const own = apps[process.arch === 'arm64' ? 0 : 1] ?? '';
  const contents = path.join(own, 'Contents');
  return [
    ...complaints,
    ...(await smokeTest([path.join(contents, 'MacOS', packageJson.productName)], env)),
    ...(await commandTest(path.join(contents, 'Resources/bin/localport'), packageJson)),
  ];
};
