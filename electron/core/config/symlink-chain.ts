import { basename, dirname } from 'node:path';
import { stepsTo } from './path-steps.ts';

/** Folders to watch, each with the names in it that decide what a path leads to. */
export type WatchedNames = ReadonlyMap<string, ReadonlySet<string>>;

/** Each link on the way, the file, and the first thing that does not exist is a name in a folder to watch. */
export function namesOnTheWay(path: string): WatchedNames {
  const watched = new Map<string, Set<string>>();
  for (const { path: here, stats, isLast } of stepsTo(path)) {
    const isDecisive = stats === null || stats.isSymbolicLink() || isLast;
    const name = basename(here);
    if (!isDecisive || name === '') continue;
    const folder = dirname(here);
    watched.set(folder, (watched.get(folder) ?? new Set()).add(name));
  }
  return watched;
}
