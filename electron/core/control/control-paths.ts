/** Where a host is found. */
import path from 'node:path';
import type { AppPaths } from '../config/app-paths.ts';

export const controlSocketPath = ({ runtimeDirectory }: AppPaths): string =>
  path.join(runtimeDirectory, 'control.sock');

/** Beside the state that it protects: two hosts must not share that, whatever their runtime folders. */
export const hostLockPath = ({ stateDirectory }: AppPaths): string => path.join(stateDirectory, 'host.lock');
