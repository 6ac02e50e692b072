/**
 * Updates by electron-updater. On macOS Squirrel takes over the download, checks that the same developer has signed it, and
 * installs it after the process has exited. On Linux the AppImage is replaced after checking its checksum from the release.
 */
import { app } from 'electron';
import { autoUpdater, type AppUpdater } from 'electron-updater';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/observability/logger.ts';
import type { UpdateEngine } from './update-control.ts';

/** electron-updater can install without quitting on Linux, but its types hide that. */
interface InstallingUpdater extends AppUpdater {
  install(isSilent: boolean, isForceRunAfter: boolean): boolean;
}

export interface UpdaterParts {
  readonly log: Logger;
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
}

/** The system's updater should end the process; if it does not, the process must still not stay without its forwards. */
const quitWithinMs = 30_000;

export function electronUpdater({ log, clock, platform }: UpdaterParts): UpdateEngine {
  const isMac = platform === 'darwin';
  autoUpdater.logger = log;
  autoUpdater.autoDownload = false;
  autoUpdater.allowDowngrade = false;
  // On macOS this makes Squirrel take over the update; on other systems it would install even after a disorderly quit.
  autoUpdater.autoInstallOnAppQuit = isMac;
  // Without a listener an error event would be thrown. The caller gets it as a rejection.
  autoUpdater.on('error', (error) => log.warn(`The updater reported: ${error.message}`));
  return {
    check: async () => {
      const found = await autoUpdater.checkForUpdates();
      return found?.isUpdateAvailable === true ? found.updateInfo.version : null;
    },
    fetch: async () => {
      await autoUpdater.downloadUpdate();
    },
    // Otherwise the updater would return the hanging check for the next one.
    cancel: () => {
      autoUpdater.netSession
        .closeAllConnections()
        .catch((error: unknown) => log.warn(`The updater's requests were not ended: ${String(error)}.`));
    },
    install: ({ restart }) => {
      if (!isMac) {
        // The new instance must be able to take the lock while this one is still exiting.
        app.releaseSingleInstanceLock();
        if (!(autoUpdater as InstallingUpdater).install(true, restart))
          throw new Error('the new file could not replace the old one');
        return 'then-exit';
      }
      if (!restart) return 'then-exit';
      clock.after(quitWithinMs, () => app.exit(1));
      autoUpdater.quitAndInstall();
      return 'quits';
    },
  };
}
