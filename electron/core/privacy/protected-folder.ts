/**
 * Folders that macOS lets a program read only once the user has allowed it (System Settings › Privacy & Security › Files and
 * Folders). Until then opening a file there fails with EPERM, whatever its mode says, and for a launch agent nobody is asked.
 * Pure.
 */
import path from 'node:path';
import type { MacPrivacy } from './mac-privacy.ts';

/** Below the home folder: iCloud Drive, and what other clouds sync (File Provider), beside the three that Finder shows. */
const folders = ['Desktop', 'Documents', 'Downloads', 'Library/Mobile Documents', 'Library/CloudStorage'];
/** Removable and network volumes. */
const volumes = '/Volumes';

export type FolderPrivacy = Pick<MacPrivacy, 'platform' | 'homeDirectory' | 'program'>;

/** The protected folder that holds `file`, an absolute path without links; null: none, or not macOS. */
export function protectedFolderOf(file: string, { platform, homeDirectory }: FolderPrivacy): string | null {
  if (platform !== 'darwin') return null;
  const places = [...folders.map((folder) => path.posix.join(homeDirectory, folder)), volumes];
  return places.find((place) => file.startsWith(`${place}/`)) ?? null;
}
