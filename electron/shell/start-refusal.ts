import { dialog } from 'electron';
import { visibleText } from '../../shared/visible-text.ts';
import { sayWhyNotStarted } from '../core/host/terminal.ts';

/** Shows why LocalPort does not start. On a Mac, a dialog is needed for users who did not start it from a terminal. */
export function tellRefusal(why: string, platform: NodeJS.Platform): void {
  sayWhyNotStarted(why);
  if (platform === 'darwin') dialog.showErrorBox('LocalPort could not start', visibleText(why));
}

/** Asks in a dialog, since the app has no icon yet. */
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
