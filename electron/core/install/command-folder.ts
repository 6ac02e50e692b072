/** Where the `localport` command is put so that shells find it. Pure. */
import path from 'node:path';

export interface FolderFacts {
  readonly platform: NodeJS.Platform;
  readonly homeDirectory: string;
  /** Whether this user can make files in a folder that exists. */
  readonly isWritable: (folder: string) => boolean;
}

/**
 * Homebrew's folder on Apple silicon, which belongs to the user; else the one that every shell searches, where it can be
 * written, which on a Mac without an Intel Homebrew it cannot; else the user's own.
 */
export function commandFolder({ platform, homeDirectory, isWritable }: FolderFacts): string {
  const shared = commandFolders({ platform, homeDirectory }).slice(0, -1);
  return shared.find(isWritable) ?? ownFolder(homeDirectory);
}

/** Every folder that a command may have been put into, best first. */
export function commandFolders({
  platform,
  homeDirectory,
}: Pick<FolderFacts, 'platform' | 'homeDirectory'>): readonly [string, ...string[]] {
  const usual = ['/usr/local/bin', ownFolder(homeDirectory)] as const;
  return platform === 'darwin' ? ['/opt/homebrew/bin', ...usual] : [...usual];
}

const ownFolder = (homeDirectory: string): string => path.join(homeDirectory, '.local/bin');

/** Whether a shell with this PATH finds what is in the folder. */
export const isOnPath = (folder: string, searchPath: string): boolean =>
  searchPath.split(path.delimiter).some((entry) => path.resolve('/', entry) === folder);
