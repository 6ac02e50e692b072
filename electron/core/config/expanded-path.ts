import { isAbsolute, join, resolve } from 'node:path';

export interface PathContext {
  readonly homeDirectory: string;
  /** The base of relative paths in the file. */
  readonly configDirectory: string;
}

/** A path of the config, absolute: `~` is the user's home. */
export function expandPath(
  path: string | null,
  { homeDirectory, configDirectory }: PathContext,
): string | null {
  if (path === null || isAbsolute(path)) return path;
  if (path === '~' || path.startsWith('~/')) return join(homeDirectory, path.slice(1));
  return resolve(configDirectory, path);
}
