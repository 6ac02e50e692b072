/** Configures Electron before it is ready. */
import { app, systemPreferences } from 'electron';
import { ownPaths } from '../core/host/open-host.ts';
import { preventAppNap } from './app-nap.ts';
import { setApplicationMenu } from './application-menu.ts';
import { keepChromiumFilesApart } from './chromium-folder.ts';
import { hideFromDock } from './dock.ts';
import { claimLinks } from './link-scheme.ts';
import { applyProcessSwitches } from './process-switches.ts';
import { registerRendererScheme } from './renderer-protocol.ts';
import { takeSingleInstanceLock } from './single-instance.ts';

/** Whether to continue. false: LocalPort is already running, and was asked to open its popover. */
export function prepareElectron(platform: NodeJS.Platform): boolean {
  preventAppNap(() => systemPreferences, platform);
  keepChromiumFilesApart(app, ownPaths().stateDirectory);
  if (!takeSingleInstanceLock(app)) return false;
  applyProcessSwitches(app.commandLine, platform);
  registerRendererScheme();
  claimLinks(app, platform);
  setApplicationMenu(platform);
  hideFromDock(app, platform);
  return true;
}
