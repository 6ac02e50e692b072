import { argument } from './config-scalars.ts';

export interface SshUrl {
  readonly user: string | null;
  readonly host: string;
  readonly port: number | null;
}

/**
 * Parses `ssh://[user@]host[:port]`, which ssh accepts in place of a host or a jump host (ssh(1); `parse_uri` in misc.c).
 * null: ssh would reject it, or treat a password as part of the user name. `${NAME}` is an unset variable.
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

/** undefined: not a valid user name. */
function decodeUser(encoded: string): string | undefined {
  try {
    return argument.safeParse(decodeURIComponent(encoded)).data;
  } catch {
    return undefined;
  }
}
