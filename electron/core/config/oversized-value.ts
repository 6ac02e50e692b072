import type { ConfigPath } from './config-problem.ts';
import { isMapping } from './tree-path.ts';

/** The limit for a list or mapping within an entry. Each invalid value makes the schema create an issue with its path. */
export const maxItems = 1_000;

/** The path of a list or mapping within `root` that is larger than that; null: there is none. */
export function oversizedPath(root: unknown): ConfigPath | null {
  const find = (value: unknown, path: ConfigPath): ConfigPath | null => {
    // The list of services has its own limit, and each service is checked separately.
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
