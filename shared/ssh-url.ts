import { argument } from './config-scalars.ts';

export interface SshUrl {
  readonly user: string | null;
  readonly host: string;
  readonly port: number | null;
}

/**
 * Reads `ssh://[user@]host[:port]`, which ssh takes where a host or a jump host belongs (ssh(1); `parse_uri` in misc.c).
 * null: ssh would refuse it, or take a password for a part of the user. `${NAME}` stands for a variable that is not set.
 */
export function parseSshUrl(text: string): SshUrl | null {
  const match = /^ssh:\/\/(?:([^/@:;]+)@)?([^-/@:?#[\]][^/@:?#[\]]*)(?::(\d+|\$\{\w+\}))?\/?$/.exec(text);
  if (match === null) return null;
  const [, encodedUser, host = '', digits] = match;
  const user = encodedUser === undefined ? null : decodeUser(encodedUser);
  const port = digits === undefined || digits.startsWith('$') ? null : Number(digits);
  if (user === undefined || port === 0 || (port ?? 0) > 65_535) return null;
  return { user, host, port };
}

/** undefined: nobody can be called that. */
function decodeUser(encoded: string): string | undefined {
  try {
    return argument.safeParse(decodeURIComponent(encoded)).data;
  } catch {
    return undefined;
  }
}
