/** Loads the updater from a separate bundle, since most runs never check for updates. */
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/observability/logger.ts';
import type { UpdateEngine } from './update-control.ts';
import type * as updaterBundle from './update-engine.ts';

/** `distFolder`: contains `updater.cjs`. */
export function loadUpdater(distFolder: string, log: Logger, clock: Clock): Promise<UpdateEngine> {
  const file = path.join(distFolder, 'updater.cjs');
  const { electronUpdater } = createRequire(file)(file) as typeof updaterBundle;
  return Promise.resolve(electronUpdater({ log, clock, platform: process.platform }));
}
