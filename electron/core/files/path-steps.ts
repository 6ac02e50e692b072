import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, parse, resolve } from 'node:path';

/** One component of a path: a folder, a symbolic link, the file, or the first name that does not exist. */
export interface PathStep {
  /** With all links resolved. */
  readonly path: string;
  /** The stats of the name itself, not of a link's target. null: it does not exist. */
  readonly stats: Stats | null;
  /** No component is left to look up. */
  readonly isLast: boolean;
}

/** The limit of Linux. */
const maxLinks = 40;

/**
 * Follows a path from its root through all symbolic links, including folders (Kubernetes swaps `..data`), as the kernel does.
 * Ends with the file, with the first name that does not exist, or with one link too many.
 */
export function stepsTo(path: string): readonly PathStep[] {
  const absolute = resolve(path);
  let pending = partsOf(absolute);
  let folder = parse(absolute).root;
  let links = 0;
  const steps: PathStep[] = [{ path: folder, stats: lookAt(folder), isLast: pending.length === 0 }];
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    if (name === '..') {
      // The parent of the real folder, not of the link to it.
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
