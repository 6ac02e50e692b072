/**
 * What LocalPort has created outside of its program, and may remove.
 *
 * 1. Only what has one of our names and the expected kind: a folder of this user, or a file or link that identifies
 * itself.
 * 2. No link is followed: a link in place of one of our folders leads to something that is not ours, and is left.
 */
import { lstat, readFile, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { commandOwner } from '../../core/install/command-link.ts';
import type { CommandContext } from '../command-context.ts';
import { configHome } from '../config-home.ts';
import { serviceManager } from '../service-manager-choice.ts';

export interface OwnThing {
  readonly what: string;
  readonly path: string;
  readonly kind: 'folder' | 'file';
}

export interface FoundThings {
  readonly things: readonly OwnThing[];
  /** What could not be removed, a sentence each. */
  readonly left: readonly string[];
}

type Look = (context: CommandContext) => Promise<FoundThings>;

const none: FoundThings = { things: [], left: [] };

/** In the order of removal: first whatever would restart LocalPort. */
export async function findOwnThings(context: CommandContext): Promise<FoundThings> {
  const found = [];
  for (const look of [findService, findAutostart, findCommands, findFolders]) found.push(await look(context));
  return { things: found.flatMap(({ things }) => things), left: found.flatMap(({ left }) => left) };
}

/** Anything with the name of our agent or unit: no other program can have it. */
const findService: Look = async (context) => {
  const { file, link, name } = serviceManager(context);
  const things = [];
  for (const place of [link, file])
    if (place !== null && (await lstat(place).catch(() => null)) !== null)
      things.push({ what: `starts the daemon at login (${name})`, path: place, kind: 'file' } as const);
  return { things, left: [] };
};

/** The file that opens the app at login on Linux: XDG Autostart Specification 0.5. */
const findAutostart: Look = async (context) => {
  if (context.platform !== 'linux') return none;
  const file = path.join(configHome(context), 'autostart/localport.desktop');
  const stats = await lstat(file).catch(() => null);
  if (stats === null) return none;
  const text = stats.isFile() ? await readFile(file, 'utf8').catch(() => '') : '';
  return /^Name=LocalPort$/m.test(text)
    ? { things: [{ what: 'opens the app at login', path: file, kind: 'file' }], left: [] }
    : { things: [], left: [`${file} was not written by LocalPort`] };
};

/** How the command is found: links to this program or into one of our apps, and the script for an AppImage. */
const findCommands: Look = async ({ env, programFolder, commandFolders }) => {
  const onPath = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const things: OwnThing[] = [];
  const left: string[] = [];
  for (const folder of new Set([...onPath, ...commandFolders])) {
    const file = path.join(folder, 'localport');
    const target = await readlink(file).catch(() => null);
    const isOwn = (await commandOwner(file)) === 'us';
    if (isOwn && packageFolders.includes(folder)) left.push(`${file} came with a package: remove that`);
    else if (isOwn || (target !== null && (await isThisProgram(path.resolve(folder, target), programFolder))))
      things.push({ what: 'the command', path: file, kind: 'file' });
    else if (target !== null)
      left.push(`${file} is a link to ${target}, which is another program: npm unlink, if npm made it`);
  }
  return { things, left };
};

/** The package manager owns it. */
const packageFolders: readonly string[] = ['/usr/bin', '/bin'];

async function isThisProgram(target: string, programFolder: string): Promise<boolean> {
  const real = (await realpath(target).catch(() => null)) ?? target;
  const ours = await realpath(programFolder).catch(() => programFolder);
  return real === path.join(ours, 'localport.cjs');
}

const findFolders: Look = async ({ paths, uid }) => {
  const folders = [
    ['logs', paths.logDirectory],
    ['sockets', paths.runtimeDirectory],
    ['state: on/off choices, ports, trust, settings', paths.stateDirectory],
  ] as const;
  const things: OwnThing[] = [];
  const left: string[] = [];
  for (const [what, folder] of folders) {
    const fault = await faultOf(folder, uid);
    if (fault === null) things.push({ what, path: folder, kind: 'folder' });
    else if (fault !== 'missing') left.push(`${folder} ${fault}`);
  }
  return { things, left };
};

/** Why a folder must not be removed; null: it is ours. Checked again right before it is removed. */
export async function faultOf(folder: string, uid: number): Promise<string | null> {
  const stats = await lstat(folder).catch(() => null);
  if (stats === null) return 'missing';
  if (stats.isSymbolicLink()) return `is a link to ${await readlink(folder)}, and links are not followed`;
  if (!stats.isDirectory()) return 'is not a folder';
  return stats.uid === uid ? null : `belongs to user ${stats.uid}`;
}
