// The Debian packages that Electron and the tests need. Other systems are used as they are: a Mac needs none, and on
// another Linux, Electron itself names a missing library.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { hasDisplay } from './display.mjs';
import { runOnTerminal } from './programs.mjs';
import { SetUpError, withProgress } from './report.mjs';

/** @typedef {'start' | 'test' | 'package'} Purpose */
/** Names of one need, the preferred first: Ubuntu 24.04 renamed libraries to …t64.
 * @typedef {readonly [string, ...string[]]} Need */

const isRoot = process.getuid?.() === 0;

/** This runs before `npm ci`: Node alone starts its programs.
 * @param {string} command @param {readonly string[]} args @returns {string} what it prints */
const outputOf = (command, args) => spawnSync(command, args, { encoding: 'utf8' }).stdout;

/** @param {string} what @param {readonly string[]} args @returns {Promise<boolean>} whether it succeeded */
const aptGet = (what, args) =>
  withProgress(what, () =>
    runOnTerminal('/usr/bin/apt-get', args, { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }),
  );

/** @type {readonly Need[]} */
const electronNeeds = [
  ['libgtk-3-0', 'libgtk-3-0t64'],
  ['libnss3'],
  ['libasound2', 'libasound2t64'],
  ['libgbm1'],
  ['libxss1'],
  ['libatk-bridge2.0-0', 'libatk-bridge2.0-0t64'],
  ['libdrm2'],
  ['libxkbcommon0'],
  ['libcups2', 'libcups2t64'],
  ['libnotify4'],
  ['dbus-daemon', 'dbus'],
];

/** @type {readonly Need[]} */
const testNeeds = [
  ['xvfb'],
  ['openssh-server'],
  ['python3-dbusmock'],
  ['python3-gi'],
  ['iproute2'],
  // The fault bench: the alternatives that users have, and another clock for one process.
  ['autossh'],
  ['faketime'],
  // Real servers for the health checks; the tests start their own, with their own ports and folders.
  ['postgresql'],
  ['redis-server'],
  ['mariadb-server-core', 'mariadb-server-core-10.6'],
  ['mariadb-client-core', 'mariadb-client-core-10.6'],
  // One good font on every machine: screenshots and text widths depend on it.
  ['fonts-inter'],
  ['fontconfig'],
];

/** Tools that build and open an AppImage if electron-builder's own cannot be downloaded.
 * @type {readonly Need[]} */
const packageNeeds = [['squashfs-tools'], ['desktop-file-utils']];

/** @param {Purpose} purpose @returns {readonly Need[]} */
const needsFor = (purpose) => {
  if (purpose === 'package') return [...needsFor('start'), ...packageNeeds];
  if (purpose === 'test') return [...electronNeeds, ...testNeeds];
  return hasDisplay() ? electronNeeds : [...electronNeeds, ['xvfb']];
};

/** @param {readonly Need[]} needs @returns {readonly Need[]} those of which no name is installed */
const missingOf = (needs) => {
  const output = outputOf('dpkg-query', [
    '--show',
    '--showformat=${Package} ${db:Status-Status}\n',
    ...needs.flat(),
  ]);
  const installed = new Set(
    output
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return needs.filter((names) => !names.some((name) => installed.has(name)));
};

/** For each need, the name that this release has.
 * @param {readonly Need[]} needs @returns {readonly string[]} */
const namesHere = (needs) => {
  const output = outputOf('apt-cache', ['policy', ...needs.flat()]);
  const offered = new Set(
    Array.from(output.matchAll(/^(\S+):\n[^\n]*\n\s+Candidate: (?!\(none\))/gm), (match) => match[1]),
  );
  return needs.map((names) => names.find((name) => offered.has(name)) ?? names[0]);
};

/** Makes invoke-rc.d start nothing: the tests run their own servers and buses, on their own ports.
 * @template T @param {() => Promise<T>} work @returns {Promise<T>} */
const withoutStartingDaemons = async (work) => {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return work();
  await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await work();
  } finally {
    await rm(policy, { force: true });
  }
};

/** @param {readonly Need[]} needs */
const install = async (needs) => {
  await aptGet('reading the package lists (apt-get update)', ['update', '-qq']);
  const names = namesHere(needs);
  const isInstalled = await withoutStartingDaemons(() =>
    // Never in exchange for an installed package: MariaDB's would replace MySQL's.
    aptGet(`installing ${names.join(' ')}`, [
      'install',
      '-y',
      '-qq',
      '-o',
      'Dpkg::Use-Pty=0',
      '--no-install-recommends',
      '--no-remove',
      ...names,
    ]),
  );
  if (!isInstalled) throw new SetUpError(`apt-get could not install: ${names.join(' ')}`);
};

/** Installs those that are missing, or, without root's rights, says how.
 * @param {readonly Need[]} needs */
export const ensurePackages = async (needs) => {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/dpkg-query')) return;
  const missing = missingOf(needs);
  if (missing.length === 0) return;
  if (isRoot) return install(missing);
  throw new SetUpError(
    `System packages are missing: sudo apt-get install -y ${namesHere(missing).join(' ')}`,
  );
};

/** @param {Purpose} purpose */
export const ensureSystemPackages = async (purpose) => {
  await ensurePackages(needsFor(purpose));
  // sshd started by root requires this folder, which the system's own start would have created.
  if (process.platform === 'linux' && purpose === 'test' && isRoot)
    await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
};
