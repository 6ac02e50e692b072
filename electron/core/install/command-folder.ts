/** The folder for the `localport` command, so that shells find it. Pure. */
import path from 'node:path';

export interface FolderFacts {
  readonly platform: NodeJS.Platform;
  readonly homeDirectory: string;
  /** Whether this user can create files in an existing folder. */
  readonly isWritable: (folder: string) => boolean;
}

/**
 * Homebrew's folder on Apple silicon, which belongs to the user; else the folder that every shell searches, if it is
 * writable, which it is not on a Mac without an Intel Homebrew; else the user's own.
 */
export function commandFolder({ platform, homeDirectory, isWritable }: FolderFacts): string {
  const shared = commandFolders({ platform, homeDirectory }).slice(0, -1);
  return shared.find(isWritable) ?? ownFolder(homeDirectory);
}

/** All folders that may contain the command, best first. */
export function commandFolders({
  platform,
  homeDirectory,
}: Pick<FolderFacts, 'platform' | 'homeDirectory'>): readonly [string, ...string[]] {
  const usual = ['/usr/local/bin', ownFolder(homeDirectory)] as const;
  return platform === 'darwin' ? ['/opt/homebrew/bin', ...usual] : [...usual];
}

const ownFolder = (homeDirectory: string): string => path.join(homeDirectory, '.local/bin');

/** Whether a shell with this PATH searches the folder. */
export const isOnPath = (folder: string, searchPath: string): boolean =>
  searchPath.split(path.delimiter).some((entry) => path.resolve('/', entry) === folder);
