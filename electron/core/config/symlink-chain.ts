import { basename, dirname } from 'node:path';
import { stepsTo, type PathStep } from './path-steps.ts';

/** Folders to watch, each with the names in it that decide what a path leads to. */
export type WatchedNames = ReadonlyMap<string, ReadonlySet<string>>;

/** Each link on the way, the file, and the first thing that does not exist is a name in a folder to watch. */
export function namesOnTheWay(path: string, platform: NodeJS.Platform = process.platform): WatchedNames {
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

/** `/etc`, `/tmp` and `/var` of macOS lead to `/private`, and nobody changes them. */
const isSystemLink = ({ path, stats, isLast }: PathStep): boolean =>
  !isLast && dirname(path) === '/' && stats?.uid === 0 && stats.isSymbolicLink();
