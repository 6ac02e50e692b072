/** Opens the user's files in their editor. */
import type { Shell } from 'electron';

/** Opens a file in the user's default program for it; if there is none, shows the file in its folder. */
export async function openFile(
  shell: Pick<Shell, 'openPath' | 'showItemInFolder'>,
  file: string,
): Promise<void> {
  const problem = await shell.openPath(file);
  if (problem !== '') shell.showItemInFolder(file);
}
