import { app, dialog } from 'electron';
import { updateBox } from './update-box.ts';

/** Shows a message about updates, with a button to close it. */
export function tellOfUpdate(message: string, detail: string): void {
  void show(updateBox(message, detail, ['OK']));
}

/** Resolves to true if the user wants to restart now. */
export const askToRestart = async (message: string, detail: string): Promise<boolean> =>
  (await show(updateBox(message, detail, ['Restart Now', 'Later']))) === 0;

/**
 * Resolves to the index of the button. An app without a Dock icon must take the focus, or its dialog stays behind other
 * windows.
 */
async function show(box: ReturnType<typeof updateBox>): Promise<number> {
  app.focus({ steal: true });
  const { response } = await dialog.showMessageBox({ type: 'info', cancelId: 1, ...box });
  return response;
}
