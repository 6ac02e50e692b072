/** The files by which a host is found. */
import path from 'node:path';
import type { AppPaths } from '../config/app-paths.ts';

export const controlSocketPath = ({ runtimeDirectory }: AppPaths): string =>
  path.join(runtimeDirectory, 'control.sock');

/**
 * Two hosts must share neither their state nor their sockets, but may have one of the two folders in common, so there is a
 * lock in both. The lock in the runtime folder comes first: it works even if the state folder cannot be written.
 */
export const hostLockPaths = ({ runtimeDirectory, stateDirectory }: AppPaths): readonly [string, string] => [
  path.join(runtimeDirectory, hostLockName),
  path.join(stateDirectory, hostLockName),
];

export const hostLockName = 'host.lock';
