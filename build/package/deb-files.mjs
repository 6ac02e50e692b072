// The files of a Debian package besides the app itself, as text. Pure. See deb-control(5) and the Desktop Entry
// Specification.

/** @typedef {{ readonly productName: string, readonly version: string, readonly description: string, readonly author: string,
 *   readonly arch: string }} Described  arch: as Node names it */

/** Debian's name for an architecture.
 * @param {string} arch */
export const debianArch = (arch) => ({ x64: 'amd64', arm64: 'arm64' })[arch] ?? arch;

/**
 * As in build/setup/system-packages.mjs; the second names are those of releases that renamed libraries for 64-bit time.
 */
const depends = [
  'libgtk-3-0 | libgtk-3-0t64',
  'libnss3',
  'libasound2 | libasound2t64',
  'libgbm1',
  'libxss1',
  'libatk-bridge2.0-0 | libatk-bridge2.0-0t64',
  'libdrm2',
  'libxkbcommon0',
  'libcups2 | libcups2t64',
  'libnotify4',
];

/** @param {Described & { readonly packageName: string, readonly installedKib: number }} described */
export const controlFile = ({ packageName, version, arch, author, description, installedKib }) =>
  [
    `Package: ${packageName}`,
    // A tilde sorts before the end: 1.1.0~beta.1 is older than 1.1.0.
    `Version: ${version.replace('-', '~')}`,
    `Architecture: ${debianArch(arch)}`,
    `Maintainer: ${author}`,
    `Installed-Size: ${installedKib}`,
    `Depends: ${depends.join(', ')}`,
    'Recommends: openssh-client',
    'Section: net',
    'Priority: optional',
    `Description: Keeps port forwards alive`,
    ` ${description}`,
    '',
  ].join('\n');

/** @param {{ readonly productName: string, readonly installFolder: string, readonly packageName: string }} names */
export const desktopFile = ({ productName, installFolder, packageName }) =>
  [
    '[Desktop Entry]',
    'Type=Application',
    `Name=${productName}`,
    'Comment=Keeps port forwards alive',
    `Exec="${installFolder}/localport" %u`,
    `Icon=${packageName}`,
    'Categories=Development;Network;',
    'MimeType=x-scheme-handler/localport;',
    'Terminal=false',
    '',
  ].join('\n');

/** Runs after the files are there. Chromium's sandbox needs user namespaces, or else its helper as root; Ubuntu 24.04 grants
 * namespaces only to programs with a profile of AppArmor.
 * @param {string} installFolder */
export const postInstall = (installFolder) => `#!/bin/sh
set -e
if unshare --user true 2>/dev/null; then mode=0755; else mode=4755; fi
chmod "$mode" '${installFolder}/chrome-sandbox'
if command -v apparmor_parser >/dev/null && [ -d /sys/module/apparmor ]; then
  apparmor_parser --replace /etc/apparmor.d/localport 2>/dev/null || true
fi
`;

/** @param {string} installFolder */
export const apparmorProfile = (installFolder) => `abi <abi/4.0>,
include <tunables/global>

profile localport "${installFolder}/localport" flags=(unconfined) {
  userns,
}
`;
