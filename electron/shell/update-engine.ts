/**
 * electron-updater as the updater. On macOS Squirrel takes over what was fetched, checks that the same developer has signed
 * it, and installs it once the process is gone. On Linux the AppImage is replaced, by its checksum in the release's own list.
 */
import { app } from 'electron';
import { autoUpdater, type AppUpdater } from 'electron-updater';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/observability/logger.ts';
import type { UpdateEngine } from './update-control.ts';

/** electron-updater's Linux part can install without quitting; its types hide that. */
interface InstallingUpdater extends AppUpdater {
  install(isSilent: boolean, isForceRunAfter: boolean): boolean;
}

export interface UpdaterParts {
  readonly log: Logger;
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
}

/** The system's updater ends the process; a process that has ended its forwards must not stay when it does not. */
const quitWithinMs = 30_000;

export function electronUpdater({ log, clock, platform }: UpdaterParts): UpdateEngine {
  const isMac = platform === 'darwin';
  autoUpdater.logger = log;
  autoUpdater.autoDownload = false;
  autoUpdater.allowDowngrade = false;
  // On macOS this has Squirrel take the update over; elsewhere it would listen for an end that may not be orderly.
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
    // Otherwise the updater would answer the next check by the one that hangs.
    cancel: () => {
      autoUpdater.netSession
        .closeAllConnections()
        .catch((error: unknown) => log.warn(`The updater's requests were not ended: ${String(error)}.`));
    },
    install: ({ restart }) => {
      if (!isMac) {
        // The new one must be able to take the lock while this one still ends.
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
