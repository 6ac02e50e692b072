import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';

/** Where a program is found on a PATH; null when it is not. A name with a slash is a path already. */
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
