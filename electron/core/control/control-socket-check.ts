/**
 * Whether the socket at a path can be trusted to be the user's own host. A fake host could report that everything is up, and
 * collect secrets.
 */
import { lstatSync, type Stats } from 'node:fs';
import path from 'node:path';
import type { ControlError } from '../../../shared/control-contract.ts';
import { err, ok, type Result } from '../../../shared/result.ts';

/** If others can write, they could replace our socket by theirs. */
const writableByOthers = 0o022;

/**
 * The folder and the socket in it must belong to the user or root, not be writable by others, and not be links. Call it
 * before connecting; after that, only the owner of the folder can change this. The error says what was found.
 */
export function checkControlSocket(socketPath: string, uid: number): Result<void, ControlError> {
  const folder = path.dirname(socketPath);
  const folderStats = statsOf(folder);
  if (folderStats === null) return err(notRunning);
  const folderFault = faultOf(folderStats, uid, folderStats.isDirectory() ? null : 'is not a folder');
  if (folderFault !== null) return err(notPermitted(folder, folderFault));
  const stats = statsOf(socketPath);
  if (stats === null) return err(notRunning);
  const fault = faultOf(stats, uid, stats.isSocket() ? null : 'is not a socket');
  return fault === null ? ok(undefined) : err(notPermitted(socketPath, fault));
}

/** null: there is nothing, or it cannot be examined. Links are not followed. */
function statsOf(place: string): Stats | null {
  try {
    return lstatSync(place);
  } catch {
    return null;
  }
}

function faultOf(stats: Stats, uid: number, wrongType: string | null): string | null {
  if (stats.isSymbolicLink()) return 'is a symbolic link';
  if (wrongType !== null) return wrongType;
  if (stats.uid !== uid && stats.uid !== 0) return `belongs to user ${stats.uid}, expected ${uid}`;
  if ((stats.mode & writableByOthers) !== 0) return 'may be written by other users';
  return null;
}

export const notRunning: ControlError = { code: 'not-running', message: 'LocalPort is not running' };

const notPermitted = (place: string, fault: string): ControlError => ({
  code: 'not-permitted',
  message: `${place} ${fault}, so what answers there may not be your LocalPort: remove it`,
});
