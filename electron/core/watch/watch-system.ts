/**
 * How this computer watches folders. On macOS libuv does so by FSEvents (src/unix/fsevents.c), which differs from inotify:
 * it reports whatever changes anywhere below a folder, and libuv leaves out the rest only after the process woke up; names
 * come as the disk has them; and all watches of a process share one stream, which another thread makes anew whenever a watch
 * is added or removed. What changes in between is reported to nobody.
 */
import { watch, type FSWatcher, type WatchListener } from 'node:fs';
import { homedir } from 'node:os';

export interface WatchSystem {
  readonly platform: NodeJS.Platform;
  readonly homeDirectory: string;
  /** Throws where the folder cannot be watched. */
  readonly watch: (folder: string, listener: WatchListener<string>) => FSWatcher;
}

export const thisWatchSystem: WatchSystem = {
  platform: process.platform,
  homeDirectory: homedir(),
  // No reason for a process to live on.
  watch: (folder, listener) => watch(folder, { persistent: false }, listener),
};

/** Whether a watch on `folder` would wake the process for most of what the user does: `/`, `/Users`, the home folder. */
export function isTooBroad(
  folder: string,
  { platform, homeDirectory }: Pick<WatchSystem, 'platform' | 'homeDirectory'>,
): boolean {
  const below = folder.endsWith('/') ? folder : `${folder}/`;
  return platform === 'darwin' && `${homeDirectory}/`.startsWith(below);
}

/**
 * Whether two names may be those of one file. A volume of macOS usually ignores case, and names come in composed or
 * decomposed form. A false match costs one look.
 */
export const isSameName = (a: string, b: string, platform: NodeJS.Platform): boolean =>
  a === b || (platform === 'darwin' && folded(a) === folded(b));

const folded = (name: string): string => name.normalize('NFC').toLowerCase();
