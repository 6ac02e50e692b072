import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';

/** The path of a program on a PATH; null if it is not found. A name with a slash is already a path. */
export async function findProgram(name: string, searchPath: string | undefined): Promise<string | null> {
  const folders = name.includes('/')
    ? ['']
    : (searchPath ?? '').split(path.delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    const file = path.join(folder, name);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return null;
}
