import { dialog } from 'electron';
import { visibleText } from '../../shared/visible-text.ts';
import { sayWhyNotStarted } from '../core/host/terminal.ts';

/** Says why LocalPort does not start. Who opened it on a Mac by a click has no terminal to read in. */
export function tellRefusal(why: string, platform: NodeJS.Platform): void {
  sayWhyNotStarted(why);
  if (platform === 'darwin') dialog.showErrorBox('LocalPort could not start', visibleText(why));
}

/** Asks in a dialog: the app has no icon yet. */
export async function askUser(question: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: visibleText(question),
    buttons: ['Replace', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  });
  return response === 0;
}
