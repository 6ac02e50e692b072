import { parseSshUrl } from './ssh-url.ts';

/** `[user@]host[:port]`, the host in brackets when it is an IPv6 address with a port, or a URL with `ssh://`. */
export interface JumpHost {
  readonly user: string | null;
  readonly host: string;
  readonly port: string | null;
}

export function parseJumpHost(jump: string): JumpHost {
  const url = parseSshUrl(jump);
  if (url !== null) return { ...url, port: url.port === null ? null : String(url.port) };
  const at = jump.lastIndexOf('@');
  const user = at === -1 ? null : jump.slice(0, at);
  const place = jump.slice(at + 1);
  const match = /^\[(.+)\](?::(\d+))?$|^([^:]+)(?::(\d+))?$/.exec(place);
  // More than one colon and no brackets: an IPv6 address without a port.
  if (match === null) return { user, host: place, port: null };
  return { user, host: match[1] ?? match[3] ?? place, port: match[2] ?? match[4] ?? null };
}
