import { statSync } from 'node:fs';

/** The inode of the folder that is at this path now: another folder may replace it. null: there is none. */
export function folderInode(folder: string): number | null {
  try {
    return statSync(folder).ino;
  } catch {
    return null;
  }
}
