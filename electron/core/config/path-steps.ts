import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, parse, resolve } from 'node:path';

/** One name on the way to a file: a folder, a symbolic link, the file, or the first thing that does not exist. */
export interface PathStep {
  /** Without links: each folder in it is the real one. */
  readonly path: string;
  /** Of the name itself, not of what a link leads to. null: there is nothing. */
  readonly stats: Stats | null;
  /** No name is left to look up. */
  readonly isLast: boolean;
}

/** As many as Linux follows. */
const maxLinks = 40;

/**
 * Follows a path from its root through every symbolic link, also of folders (Kubernetes swaps `..data`), as the kernel does.
 * Ends with the file, with the first thing that does not exist, or with one link too many.
 */
export function stepsTo(path: string): readonly PathStep[] {
  const absolute = resolve(path);
  let pending = partsOf(absolute);
  let folder = parse(absolute).root;
  let links = 0;
  const steps: PathStep[] = [{ path: folder, stats: lookAt(folder), isLast: pending.length === 0 }];
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    if (name === '..') {
      // Of the real folder, not of the link that led there.
      folder = dirname(folder);
      continue;
    }
    const here = join(folder, name);
    const stats = lookAt(here);
    steps.push({ path: here, stats, isLast: pending.length === 0 });
    if (stats === null) break;
    if (!stats.isSymbolicLink()) {
      folder = here;
      continue;
    }
    const target = readTarget(here);
    if (target === null || ++links > maxLinks) break;
    pending = [...partsOf(target), ...pending];
    if (target.startsWith('/')) folder = parse(absolute).root;
  }
  return steps;
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');

function lookAt(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}

function readTarget(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}
