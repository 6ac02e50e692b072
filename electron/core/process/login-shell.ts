import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename } from 'node:path';

/** Set while the login shell runs for us, so that rc files can skip slow or interactive parts. */
export const resolvingVariable = 'LOCALPORT_RESOLVING_ENVIRONMENT';

/** The user's login shell: $SHELL, else the one in the user database, else the system's default. */
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

/** The user's login name; empty if the user database has none. */
export function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

/**
 * The shell that is asked for the environment. nushell does not print its own and has no files that other shells read, so zsh is
 * asked instead, which on macOS also applies path_helper(8).
 */
export function shellToAsk(shell: string, exists: (file: string) => boolean = existsSync): string {
  if (basename(shell) !== 'nu') return shell;
  return ['/bin/zsh', '/bin/bash'].find(exists) ?? '/bin/sh';
}

/** Arguments that make a shell read its login and interactive files and then run `command`. */
export function loginShellArguments(shell: string, command: string): readonly string[] {
  switch (basename(shell)) {
    case 'csh':
    case 'tcsh':
      // Their -l cannot be combined with other options.
      return ['-ic', command];
    case 'pwsh':
      return ['-Login', '-Command', command];
    default:
      return ['-i', '-l', '-c', command];
  }
}

/**
 * Prints the environment between two marks. The inner sh makes it one command with one quoted word, which all shells
 * parse the same way; an `env` without -0 prints lines instead.
 */
export function printEnvironmentCommand(begin: string, end: string): string {
  return `/bin/sh -c 'echo ${begin}; /usr/bin/env -0 || /usr/bin/env; echo ${end}'`;
}
