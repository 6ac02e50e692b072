import { statSync } from 'node:fs';

/** Of the folder behind the path right now: another one may take its place. null: there is none. */
export function folderInode(folder: string): number | null {
  try {
    return statSync(folder).ino;
  } catch {
    return null;
  }
}
