import { lstatSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Environment } from './environment-substitution.ts';

export interface ConfigSearch {
  /** The value of `--config`. */
  readonly option: string | undefined;
  readonly env: Environment;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  /** The user who runs LocalPort. */
  readonly uid: number;
}

export interface FoundConfig {
  /** Absolute. A file named by an option or a variable need not exist: the loader reports that. */
  readonly path: string;
  /** `folder`: a search found it in the current folder, so its text needs the user's trust. */
  readonly foundBy: 'option' | 'environment' | 'search' | 'folder';
}

export interface SearchResult {
  readonly found: FoundConfig | null;
  /** Files of other users that would otherwise have counted. Only for a search. */
  readonly skipped: readonly SkippedConfig[];
}

export interface SkippedConfig {
  readonly path: string;
  /** Its owner. */
  readonly uid: number;
}

/** The owner of a path; null: it does not exist. */
export type OwnerOf = (path: string) => number | null;

/**
 * The config file to use: `--config`, then LOCALPORT_CONFIG, then the first existing file at the locations of 0.3.7. A search
 * skips files of other users: any user can write `/tmp/localport.yaml`.
 */
export function findConfig(
  search: ConfigSearch,
  ownerOf: OwnerOf = foreignOwnerOf(search.uid),
): SearchResult {
  if (search.option !== undefined)
    return { found: { path: toAbsolute(search.option, search), foundBy: 'option' }, skipped: [] };
  const named = search.env['LOCALPORT_CONFIG'];
  if (named !== undefined && named !== '')
    return { found: { path: toAbsolute(named, search), foundBy: 'environment' }, skipped: [] };
  const skipped: SkippedConfig[] = [];
  for (const path of configPlaces(search)) {
    const owner = ownerOf(path);
    if (owner === null) continue;
    if (owner === search.uid || owner === 0)
      return { found: { path, foundBy: placeOf(path, search) }, skipped };
    skipped.push({ path, uid: owner });
  }
  return { found: null, skipped };
}

/** The user's own config folders are trusted, even if one of them is the current folder. */
const placeOf = (path: string, { workingDirectory, homeDirectory }: ConfigSearch): FoundConfig['foundBy'] =>
  dirname(path) === workingDirectory &&
  path !== join(homeDirectory, '.localport.yaml') &&
  folderNames.includes(basename(path))
    ? 'folder'
    : 'search';

/** The owner of a link, if that is another user; else the owner of the file. */
const foreignOwnerOf =
  (uid: number): OwnerOf =>
  (path) => {
    try {
      const file = statSync(path);
      const link = lstatSync(path);
      return link.uid === uid || link.uid === 0 ? file.uid : link.uid;
    } catch {
      return null;
    }
  };

/** A message about a skipped file, without a period. */
export const describeSkipped = ({ path, uid }: SkippedConfig): string =>
  `${path} belongs to user ${uid} and was skipped`;

export const skippedRemedy = 'Copy it to a file of your own if you want to use it.';

/** A notice about skipped files, with the fix. */
export const skippedNotice = (skipped: SkippedConfig): string =>
  `The config ${describeSkipped(skipped)}. ${skippedRemedy}`;

/** The file names that a search looks for in the current folder, in this order. */
export const folderNames = ['localport.yaml', 'localport.yml', '.localport.yaml'];

/** In the order of 0.3.7; XDG_CONFIG_HOME, which 0.3.7 ignored, comes before the folder that it replaces. */
export function configPlaces({
  env,
  workingDirectory,
  homeDirectory,
}: Omit<ConfigSearch, 'option' | 'uid'>): readonly string[] {
  const places = [
    ...folderNames.map((name) => join(workingDirectory, name)),
    join(homeDirectory, '.localport.yaml'),
    defaultConfigPath(env, homeDirectory),
    join(homeDirectory, '.config', 'localport', 'config.yaml'),
    '/etc/localport/config.yaml',
  ];
  return [...new Set(places)];
}

/** The path for a new user's config. A relative XDG path is ignored, as the XDG specification requires. */
export function defaultConfigPath(env: Environment, homeDirectory: string): string {
  const xdg = env['XDG_CONFIG_HOME'];
  const root = xdg?.startsWith('/') === true ? xdg : join(homeDirectory, '.config');
  return join(root, 'localport', 'config.yaml');
}

const toAbsolute = (path: string, { workingDirectory, homeDirectory }: ConfigSearch): string =>
  path.startsWith('~/') ? join(homeDirectory, path.slice(2)) : resolve(workingDirectory, path);
