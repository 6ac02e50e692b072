import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * The program of this name on PATH; null: there is none. A name with a slash is a path already. Relative folders of PATH are
 * skipped. Never rejects.
 */
export async function findOnPath(
  name: string,
  { PATH = '' }: { readonly PATH?: string | undefined },
): Promise<string | null> {
  if (name.includes('/')) return (await isProgram(name)) ? name : null;
  const folders = PATH.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const folder of folders) {
    const program = path.join(folder, name);
    if (await isProgram(program)) return program;
  }
  return null;
}

/** A folder may be executable, too. */
const isProgram = (file: string): Promise<boolean> =>
  Promise.all([stat(file), access(file, constants.X_OK)]).then(
    ([found]) => found.isFile(),
    () => false,
  );
