import { lstat, stat } from 'node:fs/promises';
import { bad, fine, type Finding } from '../output/findings.ts';
import type { Check } from './examination.ts';

const others = 0o077;

/** LocalPort's own folders, and the keys of ssh services: nobody else may look into them. */
export const checkPermissions: Check = async ({ context: { paths, uid }, services }) => {
  const folders = [paths.stateDirectory, paths.logDirectory, paths.runtimeDirectory];
  const ofFolders = await Promise.all(folders.map((folder) => checkFolder(folder, uid)));
  const keys = services.flatMap(({ connection }) =>
    connection.technology === 'ssh' && connection.keyFile !== null ? [connection.keyFile] : [],
  );
  const ofKeys = await Promise.all([...new Set(keys)].map(checkKey));
  const faults = [...ofFolders, ...ofKeys].flat();
  return faults.length > 0
    ? faults
    : [fine('permissions', "only you can read LocalPort's folders and your keys")];
};

/** A folder that does not exist is made when it is needed. */
async function checkFolder(folder: string, uid: number): Promise<readonly Finding[]> {
  const stats = await lstat(folder).catch(() => null);
  if (stats === null) return [];
  if (stats.uid !== uid)
    return [bad('permissions', `${folder} belongs to user ${stats.uid}`, `Remove ${folder}`)];
  if (!stats.isDirectory() || (stats.mode & others) === 0) return [];
  return [bad('permissions', `others may look into ${folder}`, `chmod 700 ${folder}`)];
}

/** That a key exists is the config's matter. */
async function checkKey(file: string): Promise<readonly Finding[]> {
  const stats = await stat(file).catch(() => null);
  if (stats === null || (stats.mode & others) === 0) return [];
  return [bad('permissions', `others may read the key ${file}, so ssh ignores it`, `chmod 600 ${file}`)];
}
