// `node build/cask.mjs FOLDER`: prints the cask for the dmg files of a release in the folder.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { releasePlace } from './package/build-kind.mjs';
import { caskOf } from './package/cask.mjs';
import { projectDir, readPackageJson } from './paths.mjs';
import { SetUpError, runMain } from './setup/report.mjs';

/** @param {string} file @returns {Promise<string>} in hex */
const sha256Of = async (file) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

await runMain(async () => {
  const folder = process.argv[2];
  if (folder === undefined) throw new SetUpError('usage: node build/cask.mjs FOLDER');
  const packageJson = readPackageJson();
  const { version, productName } = packageJson;
  const place = releasePlace(packageJson, process.env.GITHUB_REPOSITORY);
  // Set in a workflow.
  const server = process.env.GITHUB_SERVER_URL;
  if (place === null || server === undefined)
    throw new SetUpError('It is not known where the release is: run this in the release workflow.');
  const home = `${server}/${place.owner}/${place.repo}`;
  /** @param {string} arch */
  const dmg = (arch) => path.join(folder, `${productName}-${version}-mac-${arch}.dmg`);
  const template = await readFile(path.join(projectDir, 'build/package/cask.rb.template'), 'utf8');
  const sums = { sha256Arm64: await sha256Of(dmg('arm64')), sha256X64: await sha256Of(dmg('x64')) };
  console.log(caskOf(template, { version, home, ...sums }).trimEnd());
  return 0;
});
