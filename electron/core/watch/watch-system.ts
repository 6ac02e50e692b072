/**
 * How this computer watches folders. On macOS libuv does so by FSEvents (src/unix/fsevents.c), which differs from inotify:
 * it reports every change anywhere below a folder, and libuv filters events only after the process has woken up; names
 * come as they are on disk; and all watches of a process share one stream, which another thread recreates whenever a watch
 * is added or removed. Changes in between are not reported.
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
  // A watch does not keep the process alive.
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
 * Whether two names may refer to the same file. A macOS volume usually ignores case, and names come in composed or
 * decomposed form. A false match costs one extra check.
 */
export const isSameName = (a: string, b: string, platform: NodeJS.Platform): boolean =>
  a === b || (platform === 'darwin' && folded(a) === folded(b));

const folded = (name: string): string => name.normalize('NFC').toLowerCase();
