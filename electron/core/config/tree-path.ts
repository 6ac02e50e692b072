import { PlainScalar } from '../../../shared/config-scalars.ts';
import type { ConfigPath } from './config-problem.ts';

/** A plain mapping of the tree. */
export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof PlainScalar);

type Parent = Record<string | number, unknown>;

/** The value at a path of a tree of mappings and lists; undefined when there is none. */
export function valueAt(root: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>((value, segment) => {
    return isParent(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
  }, root);
}

/** Sets the value at a path whose parent exists; else does nothing. */
export function replaceAt(root: unknown, path: ConfigPath, value: unknown): void {
  const parent = valueAt(root, path.slice(0, -1));
  if (isParent(parent)) parent[path.at(-1) ?? ''] = value;
}

/** Removes a key from its mapping. Items of lists stay, since later items would change their index. */
export function removeAt(root: unknown, path: ConfigPath): void {
  const parent = valueAt(root, path.slice(0, -1));
  if (isParent(parent) && !Array.isArray(parent)) Reflect.deleteProperty(parent, path.at(-1) ?? '');
}

const isParent = (value: unknown): value is Parent => isMapping(value) || Array.isArray(value);
