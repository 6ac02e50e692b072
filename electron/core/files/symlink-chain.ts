import { basename, dirname } from 'node:path';
import { stepsTo, type PathStep } from './path-steps.ts';

/** The folders to watch, each with the names in it that determine the target of a path. */
export type WatchedNames = ReadonlyMap<string, ReadonlySet<string>>;

/** Each link in the path, the file, and the first missing name is a name in a folder to watch. */
export function namesToWatch(path: string, platform: NodeJS.Platform = process.platform): WatchedNames {
  const watched = new Map<string, Set<string>>();
  for (const step of stepsTo(path)) {
    const { path: here, stats, isLast } = step;
    const isDecisive = stats === null || stats.isSymbolicLink() || isLast;
    const name = basename(here);
    if (!isDecisive || name === '' || (platform === 'darwin' && isSystemLink(step))) continue;
    const folder = dirname(here);
    watched.set(folder, (watched.get(folder) ?? new Set()).add(name));
  }
  return watched;
}

/** `/etc`, `/tmp` and `/var` of macOS lead to `/private`, and never change. */
const isSystemLink = ({ path, stats, isLast }: PathStep): boolean =>
  !isLast && dirname(path) === '/' && stats?.uid === 0 && stats.isSymbolicLink();
