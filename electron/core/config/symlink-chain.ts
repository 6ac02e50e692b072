import { lstatSync, readlinkSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';

/** Folders to watch, each with the names in it that decide what a path leads to. */
export type WatchedNames = ReadonlyMap<string, ReadonlySet<string>>;

/** As many as Linux follows. */
const maxLinks = 40;

/**
 * Follows a path from its root through every symbolic link, also of folders (Kubernetes swaps `..data`), to the file or
 * to the first thing that does not exist. Each link, the file, and the missing thing is a name in a folder to watch.
 */
export function namesOnTheWay(path: string): WatchedNames {
  const watched = new Map<string, Set<string>>();
  let links = 0;
  let pending = partsOf(resolve(path));
  let folder = parse(resolve(path)).root;
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    const here = join(folder, name);
    const target = linkTarget(here);
    const isDecisive = target !== 'folder' || pending.length === 0;
    if (isDecisive) watched.set(folder, (watched.get(folder) ?? new Set()).add(name));
    if (target === 'missing') break;
    if (target === 'folder') {
      folder = here;
      continue;
    }
    if (++links > maxLinks) break;
    const resolved = resolve(folder, target.leadsTo);
    pending = [...partsOf(resolved), ...pending];
    folder = parse(resolved).root;
  }
  return watched;
}

const partsOf = (absolutePath: string): string[] => absolutePath.split('/').filter((part) => part !== '');

/** `folder` stands for whatever is no link: the last one is the file itself. */
function linkTarget(path: string): { readonly leadsTo: string } | 'folder' | 'missing' {
  try {
    return lstatSync(path).isSymbolicLink() ? { leadsTo: readlinkSync(path) } : 'folder';
  } catch {
    return 'missing';
  }
}
