/** Assembles updates from Electron's APIs. */
import { app } from 'electron';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../core/clock.ts';
import { runtimeOf } from '../core/install/app-runtime.ts';
import type { Logger } from '../core/observability/logger.ts';
import type { SettingsStore } from './settings-store.ts';
import { askToRestart, tellOfUpdate } from './update-dialog.ts';
import { UpdateControl, type UpdateEngine } from './update-control.ts';

export interface UpdateParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: SettingsStore;
  readonly engine: () => Promise<UpdateEngine>;
  readonly openConnections: () => number;
  readonly restart: () => void;
  readonly onChange: () => void;
}

export function createUpdates({ store, ...parts }: UpdateParts): UpdateControl {
  const runtime = runtimeOf(process);
  return new UpdateControl({
    ...parts,
    memory: store,
    version: app.getVersion(),
    surroundings: {
      isPackaged: app.isPackaged,
      platform: process.platform,
      hasFeed: existsSync(path.join(process.resourcesPath, 'app-update.yml')),
      isAppImage: runtime.kind === 'app' && runtime.isAppImage,
      program: runtime.program,
    },
    tell: tellOfUpdate,
    ask: askToRestart,
    // An AppImage's own executable is gone once it has exited.
    relaunch: () => app.relaunch({ execPath: runtime.program, args: process.argv.slice(1) }),
  });
}
