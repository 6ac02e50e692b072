/**
 * Folders that macOS lets a program read only with the user's permission (System Settings › Privacy & Security › Files
 * and Folders). Without it, opening a file there fails with EPERM, regardless of the file's mode, and for a launch
 * agent macOS does not even ask. Pure.
 */
import path from 'node:path';
import type { MacPrivacy } from './mac-privacy.ts';

/**
 * In the home folder: iCloud Drive, folders synced by other clouds (File Provider), and the three that Finder shows.
 */
const folders = ['Desktop', 'Documents', 'Downloads', 'Library/Mobile Documents', 'Library/CloudStorage'];
/** Removable and network volumes. */
const volumes = '/Volumes';

export type FolderPrivacy = Pick<MacPrivacy, 'platform' | 'homeDirectory' | 'program'>;

/**
 * The protected folder that contains `file`, an absolute path without symbolic links; null if there is none, or not on
 * macOS.
 */
export function protectedFolderOf(file: string, { platform, homeDirectory }: FolderPrivacy): string | null {
  if (platform !== 'darwin') return null;
  const places = [...folders.map((folder) => path.posix.join(homeDirectory, folder)), volumes];
  return places.find((place) => file.startsWith(`${place}/`)) ?? null;
}
