/** Opens the user's config in their editor, after making a commented one where there is none. */
import type { Shell } from 'electron';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';

/** Valid as it stands: it forwards nothing until a service is added. */
const starterConfig = `# LocalPort: one entry for each port forward. Saved changes take effect at once.
version: '1.0'

services: []
#  - name: postgres
#    technology: kubectl
#    local_port: 5432
#    remote_port: 5432
#    tags: [database]
#    connection:
#      resource_name: postgres
#      namespace: default
#      # context: prod
#
#  - name: redis
#    technology: ssh
#    local_port: 6379
#    remote_port: 6379
#    connection:
#      host: bastion.example.com
#      # remote_host: redis.internal
`;

/** Writes the starter config unless a file is there already. */
export async function ensureConfigFile(file: string): Promise<Result<'created' | 'present', string>> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    return ok((await writeNew(file, starterConfig)) ? 'created' : 'present');
  } catch (error) {
    return err(`${file} could not be created: ${(error as Error).message}`);
  }
}

/** False when there is a file already. */
async function writeNew(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Opens a file with the program that the user has for it; where there is none, shows it in its folder. */
export async function openFile(
  shell: Pick<Shell, 'openPath' | 'showItemInFolder'>,
  file: string,
): Promise<void> {
  const problem = await shell.openPath(file);
  if (problem !== '') shell.showItemInFolder(file);
}
