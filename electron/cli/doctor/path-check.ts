import { stat } from 'node:fs/promises';
import path from 'node:path';
import { bad, fine, type Finding } from '../output/findings.ts';
import { showCount } from '../output/quantity.ts';
import type { Check } from './examination.ts';

const writableByOthers = 0o002;

/** The PATH of LocalPort's children, which has absolute folders only: a user who can write to one can put a kubectl there. */
export const checkPath: Check = async ({ environment }) => {
  const folders = [...new Set((environment['PATH'] ?? '').split(path.delimiter))];
  const findings = await Promise.all(folders.map(checkFolder));
  const faults = findings.flat();
  return faults.length > 0
    ? faults
    : [fine('PATH', `${showCount(folders.length, 'folder')}, none of them writable by others`)];
};

async function checkFolder(folder: string): Promise<readonly Finding[]> {
  const stats = await stat(folder).catch(() => null);
  if (stats === null || (stats.mode & writableByOthers) === 0) return [];
  return [bad('PATH', `every user can write ${folder}`, `chmod o-w ${folder}`)];
}
