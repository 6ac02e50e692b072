import { access, constants } from 'node:fs/promises';
import path from 'node:path';

/**
 * The program of this name on PATH; null: there is none. A name with a slash is a path already. Relative folders of PATH are
 * skipped. Never rejects.
 */
export async function findOnPath(
  name: string,
  { PATH = '' }: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  if (name.includes('/')) return (await isProgram(name)) ? name : null;
  const folders = PATH.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const folder of folders) {
    const program = path.join(folder, name);
    if (await isProgram(program)) return program;
  }
  return null;
}

const isProgram = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
