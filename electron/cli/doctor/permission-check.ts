import { lstat } from 'node:fs/promises';
import { bad, fine, type Finding } from '../output/findings.ts';
import type { Check } from './examination.ts';

const others = 0o077;

/** LocalPort's own folders: no one else may read them. */
export const checkPermissions: Check = async ({ context: { paths, uid } }) => {
  const folders = [paths.stateDirectory, paths.logDirectory, paths.runtimeDirectory];
  const ofFolders = await Promise.all(folders.map((folder) => checkFolder(folder, uid)));
  const faults = ofFolders.flat();
  return faults.length > 0 ? faults : [fine('permissions', "only you can read LocalPort's folders")];
};

/** A folder that does not exist is created when needed. */
async function checkFolder(folder: string, uid: number): Promise<readonly Finding[]> {
  const stats = await lstat(folder).catch(() => null);
  if (stats === null) return [];
  if (stats.uid !== uid)
    return [bad('permissions', `${folder} belongs to user ${stats.uid}`, `Remove ${folder}`)];
  if (!stats.isDirectory() || (stats.mode & others) === 0) return [];
  return [bad('permissions', `others may look into ${folder}`, `chmod 700 ${folder}`)];
}
