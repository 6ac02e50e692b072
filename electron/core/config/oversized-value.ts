import type { ConfigPath } from './config-problem.ts';
import { isMapping } from './tree-path.ts';

/** In a list or mapping within an entry. Each value at fault costs the schema an issue with its path. */
export const maxItems = 1_000;

/** Where a list or mapping within `root` is larger than that; null where none is. */
export function oversizedPath(root: unknown): ConfigPath | null {
  const find = (value: unknown, path: ConfigPath): ConfigPath | null => {
    // The list of the services has a limit of its own, and each of them is looked at on its own.
    if (path[0] === 'services') return null;
    const entries = entriesOf(value);
    if (path.length > 0 && entries.length > maxItems) return path;
    for (const [key, item] of entries) {
      const found = find(item, [...path, key]);
      if (found !== null) return found;
    }
    return null;
  };
  return find(root, []);
}

const entriesOf = (value: unknown): readonly (readonly [string | number, unknown])[] => {
  if (Array.isArray(value)) return [...value.entries()];
  return isMapping(value) ? Object.entries(value) : [];
};
