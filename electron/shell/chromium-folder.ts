/**
 * The folder for Chromium's own files: lock, caches, preferences. The default is `LocalPort` in the app data folder, which is
 * our state folder on macOS, and next to the user's config on Linux. macOS ignores `HOME` for the default; with our own
 * folder, setting `HOME` moves everything.
 */
import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { App, CommandLine } from 'electron';

export interface ChromiumHome extends Pick<App, 'setPath'> {
  readonly commandLine: Pick<CommandLine, 'hasSwitch'>;
}

/**
 * Call before taking the single-instance lock, which is in this folder. Nothing is moved from the former folder: the popover
 * has no cookies and no storage. Electron keeps its default if the folder cannot be used, and with `--user-data-dir`.
 */
export function keepChromiumFilesApart(app: ChromiumHome, stateDirectory: string): void {
  const folder = path.join(stateDirectory, 'chromium');
  if (!app.commandLine.hasSwitch('user-data-dir') && canUse(folder)) app.setPath('userData', folder);
}

/** If Chromium cannot write the lock, it assumes that another LocalPort holds it, and the app would not start. */
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
