import { dialog } from 'electron';

/** Says why LocalPort does not start. Who opened it on a Mac by a click has no terminal to read in. */
export function tellRefusal(why: string, platform: NodeJS.Platform): void {
  process.stderr.write(`LocalPort could not start: ${why}\n`);
  if (platform === 'darwin') dialog.showErrorBox('LocalPort could not start', why);
}
