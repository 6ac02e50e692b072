import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Environment } from './environment-substitution.ts';

export interface ConfigSearch {
  /** What `--config` said. */
  readonly option: string | undefined;
  readonly env: Environment;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
}

export interface FoundConfig {
  /** Absolute. Named by an option or a variable it need not exist: to say so is the loader's task. */
  readonly path: string;
  readonly foundBy: 'option' | 'environment' | 'search';
}

/** The config file that counts: `--config`, then LOCALPORT_CONFIG, then the first of 0.3.7's places that exists; else null. */
export function findConfig(
  search: ConfigSearch,
  exists: (path: string) => boolean = existsSync,
): FoundConfig | null {
  if (search.option !== undefined) return { path: toAbsolute(search.option, search), foundBy: 'option' };
  const named = search.env['LOCALPORT_CONFIG'];
  if (named !== undefined && named !== '') return { path: toAbsolute(named, search), foundBy: 'environment' };
  const path = configPlaces(search).find(exists);
  return path === undefined ? null : { path, foundBy: 'search' };
}

/** In the order of 0.3.7; XDG_CONFIG_HOME, which it ignored, comes before the folder that it replaces. */
export function configPlaces({
  env,
  workingDirectory,
  homeDirectory,
}: Omit<ConfigSearch, 'option'>): readonly string[] {
  const places = [
    join(workingDirectory, 'localport.yaml'),
    join(workingDirectory, 'localport.yml'),
    join(workingDirectory, '.localport.yaml'),
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
