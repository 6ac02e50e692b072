/** What has to be said to Electron before it is ready. */
import { app, systemPreferences } from 'electron';
import { homedir } from 'node:os';
import { resolveAppPaths } from '../core/config/app-paths.ts';
import { preventAppNap } from './app-nap.ts';
import { setApplicationMenu } from './application-menu.ts';
import { keepChromiumFilesApart } from './chromium-folder.ts';
import { hideFromDock } from './dock.ts';
import { applyProcessSwitches } from './process-switches.ts';
import { registerRendererScheme } from './renderer-protocol.ts';
import { takeSingleInstanceLock } from './single-instance.ts';

/** Whether to go on: false means that LocalPort runs already, and has been asked to open its popover. */
export function prepareElectron(platform: NodeJS.Platform): boolean {
  preventAppNap(() => systemPreferences, platform);
  keepChromiumFilesApart(app, stateDirectory(platform));
  if (!takeSingleInstanceLock(app)) return false;
  applyProcessSwitches(app.commandLine, platform);
  registerRendererScheme();
  setApplicationMenu(platform);
  hideFromDock(app, platform);
  return true;
}

function stateDirectory(platform: NodeJS.Platform): string {
  const uid = process.getuid?.() ?? 0;
  return resolveAppPaths({ platform, env: process.env, homeDirectory: homedir(), uid }).stateDirectory;
}
