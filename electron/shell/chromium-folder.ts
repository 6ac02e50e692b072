/**
 * Where Chromium puts its own files: lock, caches, preferences. By default that is `LocalPort` in the folder of all apps' data,
 * which on macOS is our state folder, and on Linux stands beside the user's config. macOS ignores `HOME` for that folder;
 * with a folder of ours, a `HOME` of its own moves everything.
 */
import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { App, CommandLine } from 'electron';

export interface ChromiumHome extends Pick<App, 'setPath'> {
  readonly commandLine: Pick<CommandLine, 'hasSwitch'>;
}

/**
 * To be called before the single-instance lock is taken, which lies in there. Nothing is moved from the former place: the popover
 * keeps no cookies and no storage. Electron's default stays where the folder cannot be used, and with `--user-data-dir`.
 */
export function keepChromiumFilesApart(app: ChromiumHome, stateDirectory: string): void {
  const folder = path.join(stateDirectory, 'chromium');
  if (!app.commandLine.hasSwitch('user-data-dir') && canUse(folder)) app.setPath('userData', folder);
}

/** Chromium takes a lock that it cannot write for one that another LocalPort holds, and the app would not start. */
function canUse(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    const stats = lstatSync(folder);
    return stats.isDirectory() && stats.uid === process.getuid?.();
  } catch {
    return false;
  }
}
