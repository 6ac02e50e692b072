/** Lines of a known_hosts file, as described in sshd(8) under SSH_KNOWN_HOSTS FILE FORMAT. Pure. */
import { createHash, createHmac } from 'node:crypto';
import type { Fingerprint } from '../../../shared/host-keys.ts';

export interface HostKey {
  readonly marker: '@cert-authority' | '@revoked' | null;
  /** `ssh-ed25519` */
  readonly type: string;
  readonly base64: string;
}

/**
 * Reads the output of ssh-keyscan and `ssh-keygen -F`: skips comments and lines without a key, and returns each key once. A
 * key starts with the length of its type in four bytes: `AAAA` in base64.
 */
export function hostKeysIn(text: string): readonly HostKey[] {
  const keys = new Map<string, HostKey>();
  for (const line of text.split('\n')) {
    const [, marker = null, type = '', base64 = ''] =
      /^(?:(@cert-authority|@revoked)\s+)?[^\s#@]\S*\s+([a-z][\w.@-]*)\s+(AAAA[A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(
        line,
      ) ?? [];
    if (base64 !== '')
      keys.set(`${marker} ${type} ${base64}`, { marker: marker as HostKey['marker'], type, base64 });
  }
  return [...keys.values()];
}

/** As `ssh-keygen -l` prints it: SHA-256 of the key's bytes in base64, without padding. */
export const fingerprintOf = ({ type, base64 }: HostKey): Fingerprint => ({
  type: type
    .replace(/@.*$/, '')
    .replace(/^ssh-|^ecdsa-sha2-.*/, (start) => (start === 'ssh-' ? '' : 'ecdsa'))
    .toUpperCase(),
  fingerprint: `SHA256:${createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64').replace(/=+$/, '')}`,
});

/** The name that ssh looks for, which includes the port unless it is 22. */
export const knownHostName = (host: string, port: number): string =>
  port === 22 ? host : `[${host}]:${port}`;

/** `salt`: 20 random bytes, for a file whose host names are hashed (HashKnownHosts); null: the name stays readable. */
export function knownHostLine(name: string, { type, base64 }: HostKey, salt: Buffer | null): string {
  const shown =
    salt === null
      ? name
      : `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
  return `${shown} ${type} ${base64}`;
}

export const isSameKey = (one: HostKey, other: HostKey): boolean =>
  one.type === other.type && one.base64 === other.base64;
