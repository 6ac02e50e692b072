import { userInfo } from 'node:os';
import { basename } from 'node:path';

/** Set while the login shell runs for us, so that rc files can leave out what is slow or asks questions. */
export const resolvingVariable = 'LOCALPORT_RESOLVING_ENVIRONMENT';

/** The user's login shell: $SHELL, else what the system knows, else the system's own. */
export function findLoginShell(processEnv: NodeJS.ProcessEnv): string {
  const fromEnvironment = processEnv['SHELL'];
  if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment;
  try {
    return userInfo().shell ?? '/bin/sh';
  } catch {
    // The user has no entry in the user database.
    return '/bin/sh';
  }
}

/** The user's login name; empty where the user database has none. */
export function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

/**
 * The arguments that make a shell read its login and interactive files and then run `command`; null for nushell, which
 * keeps its environment to itself.
 */
export function loginShellArguments(shell: string, command: string): readonly string[] | null {
  switch (basename(shell)) {
    case 'nu':
      return null;
    case 'csh':
    case 'tcsh':
      // Their -l allows no other option beside it.
      return ['-ic', command];
    case 'pwsh':
      return ['-Login', '-Command', command];
    default:
      return ['-i', '-l', '-c', command];
  }
}

/**
 * Prints the environment between two marks. The inner sh makes it one command with one quoted word, which every shell
 * reads alike; an `env` that does not know -0 prints lines instead.
 */
export function printEnvironmentCommand(begin: string, end: string): string {
  return `/bin/sh -c 'echo ${begin}; /usr/bin/env -0 || /usr/bin/env; echo ${end}'`;
}
