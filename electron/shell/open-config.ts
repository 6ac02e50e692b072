/** Opens the user's files in their editor. */
import type { Shell } from 'electron';

/** Opens a file with the program that the user has for it; where there is none, shows it in its folder. */
export async function openFile(
  shell: Pick<Shell, 'openPath' | 'showItemInFolder'>,
  file: string,
): Promise<void> {
  const problem = await shell.openPath(file);
  if (problem !== '') shell.showItemInFolder(file);
}
