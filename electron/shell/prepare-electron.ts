/** What has to be said to Electron before it is ready. */
import { app } from 'electron';
import { setApplicationMenu } from './application-menu.ts';
import { hideFromDock } from './dock.ts';
import { applyProcessSwitches } from './process-switches.ts';
import { registerRendererScheme } from './renderer-protocol.ts';
import { takeSingleInstanceLock } from './single-instance.ts';

/** Whether to go on: false means that LocalPort runs already, and has been asked to open its popover. */
export function prepareElectron(platform: NodeJS.Platform): boolean {
  if (!takeSingleInstanceLock(app)) return false;
  applyProcessSwitches(app.commandLine, platform);
  registerRendererScheme();
  setApplicationMenu(platform);
  hideFromDock(app, platform);
  return true;
}
