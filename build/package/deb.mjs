// Builds the Debian package with dpkg-deb, which every Debian and Ubuntu has: the tests run on what users get.
import { chmod, cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runQuietly } from '../run-command.mjs';
import { SetUpError } from '../setup/report.mjs';
import { apparmorProfile, controlFile, debianArch, desktopFile, postInstall } from './deb-files.mjs';

/** @typedef {import('./deb-files.mjs').Described & { readonly appDir: string, readonly iconsDir: string, readonly output: string,
 *   readonly artifact: string }} DebOptions  appDir: the unpacked app */

/** @param {string} command @param {readonly string[]} args @returns {Promise<string>} */
const run = async (command, args) => {
  const { code, output } = await runQuietly(command, args, {});
  if (code !== 0) throw new SetUpError(`${command} failed: ${output.trim()}`);
  return output;
};

/** @param {string} file @param {string} text @param {number} mode */
const write = async (file, text, mode = 0o644) => {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  // Whatever the umask.
  await chmod(file, mode);
};

/** Creates the file system of the package.
 * @param {string} root @param {DebOptions} options */
const layOut = async (root, { appDir, iconsDir, productName, artifact, ...described }) => {
  const packageName = artifact.toLowerCase();
  const installFolder = `/opt/${artifact}`;
  await mkdir(path.join(root, 'opt'), { recursive: true });
  await run('cp', ['-a', appDir, path.join(root, installFolder)]);
  await mkdir(path.join(root, 'usr/bin'), { recursive: true });
  await symlink(`${installFolder}/resources/bin/localport`, path.join(root, 'usr/bin/localport'));
  for (const icon of await readdir(iconsDir)) {
    const size = path.parse(icon).name;
    const target = path.join(root, `usr/share/icons/hicolor/${size}/apps/${packageName}.png`);
    await cp(path.join(iconsDir, icon), target);
  }
  const names = { productName, installFolder, packageName };
  await write(path.join(root, `usr/share/applications/${packageName}.desktop`), desktopFile(names));
  await write(path.join(root, 'etc/apparmor.d/localport'), apparmorProfile(installFolder));
  const installedKib = Number((await run('du', ['-sk', root])).split('\t')[0]);
  const control = controlFile({ ...described, productName, packageName, installedKib });
  await write(path.join(root, 'DEBIAN/control'), control);
  await write(path.join(root, 'DEBIAN/conffiles'), '/etc/apparmor.d/localport\n');
  await write(path.join(root, 'DEBIAN/postinst'), postInstall(installFolder), 0o755);
};

/** @param {DebOptions} options @returns {Promise<string>} the package's path */
export const buildDeb = async (options) => {
  const { output, artifact, version, arch } = options;
  const root = path.join(output, 'deb-root');
  const file = path.join(output, `${artifact.toLowerCase()}_${version}_${debianArch(arch)}.deb`);
  await rm(root, { recursive: true, force: true });
  try {
    await layOut(root, options);
    await run('chmod', ['-R', 'u=rwX,go=rX', path.join(root, 'usr'), path.join(root, 'opt')]);
    await run('dpkg-deb', ['--build', '--root-owner-group', '-Zxz', '-z1', root, file]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return file;
};
