import { lstatSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Environment } from './environment-substitution.ts';

export interface ConfigSearch {
  /** What `--config` said. */
  readonly option: string | undefined;
  readonly env: Environment;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  /** Who runs LocalPort. */
  readonly uid: number;
}

export interface FoundConfig {
  /** Absolute. Named by an option or a variable it need not exist: to say so is the loader's task. */
  readonly path: string;
  /** `folder`: a search found it in the current folder, so its text needs the user's trust. */
  readonly foundBy: 'option' | 'environment' | 'search' | 'folder';
}

export interface SearchResult {
  readonly found: FoundConfig | null;
  /** Files of other users that would have counted. Only of a search. */
  readonly skipped: readonly SkippedConfig[];
}

export interface SkippedConfig {
  readonly path: string;
  /** Whose it is. */
  readonly uid: number;
}

/** The owner of what is at a path; null: nothing is there. */
export type OwnerOf = (path: string) => number | null;

/**
 * The config file that counts: `--config`, then LOCALPORT_CONFIG, then the first of 0.3.7's places that exists. A search does
 * not stop at what another user put in its way: anybody may write `/tmp/localport.yaml`.
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

/** The user's own places are trusted, also when they are the current folder. */
const placeOf = (path: string, { workingDirectory, homeDirectory }: ConfigSearch): FoundConfig['foundBy'] =>
  dirname(path) === workingDirectory &&
  path !== join(homeDirectory, '.localport.yaml') &&
  folderNames.includes(basename(path))
    ? 'folder'
    : 'search';

/** Of a link that another user put there, that user; else the owner of the file. */
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

/** What was skipped, without a period. */
export const describeSkipped = ({ path, uid }: SkippedConfig): string =>
  `${path} belongs to user ${uid} and was skipped`;

export const skippedRemedy = 'Copy it to a file of your own if you want to use it.';

/** A notice: what was skipped, and then the fix. */
export const skippedNotice = (skipped: SkippedConfig): string =>
  `The config ${describeSkipped(skipped)}. ${skippedRemedy}`;

/** What a search looks for in the current folder, in this order. */
export const folderNames = ['localport.yaml', 'localport.yml', '.localport.yaml'];

/** In the order of 0.3.7; XDG_CONFIG_HOME, which it ignored, comes before the folder that it replaces. */
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

/** Where a newcomer's config belongs. A relative XDG path is to be ignored, says the XDG specification. */
export function defaultConfigPath(env: Environment, homeDirectory: string): string {
  const xdg = env['XDG_CONFIG_HOME'];
  const root = xdg?.startsWith('/') === true ? xdg : join(homeDirectory, '.config');
  return join(root, 'localport', 'config.yaml');
}

const toAbsolute = (path: string, { workingDirectory, homeDirectory }: ConfigSearch): string =>
  path.startsWith('~/') ? join(homeDirectory, path.slice(2)) : resolve(workingDirectory, path);
