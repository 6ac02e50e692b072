/** What a private key file reveals without its passphrase. Pure. */

export interface PrivateKeyFacts {
  /** It has a passphrase. */
  readonly isLocked: boolean;
  /** As in `ssh-add -L` and the public key file; null: unknown without the passphrase. */
  readonly publicKey: string | null;
}

const opensshKey = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----/;
const pemKey = /-----BEGIN (?:(?:RSA|DSA|EC|ENCRYPTED) )?PRIVATE KEY-----/;

/** null: it is not a private key. */
export function privateKeyFacts(text: string): PrivateKeyFacts | null {
  const body = opensshKey.exec(text)?.[1];
  if (body !== undefined) return opensshFacts(Buffer.from(body, 'base64'));
  if (!pemKey.test(text)) return null;
  return { isLocked: /^Proc-Type: 4,ENCRYPTED|BEGIN ENCRYPTED PRIVATE KEY/m.test(text), publicKey: null };
}

const magic = 'openssh-key-v1\0';

/** PROTOCOL.key of OpenSSH: the magic, cipher, KDF and its options, the number of keys, the first public key. */
function opensshFacts(bytes: Buffer): PrivateKeyFacts | null {
  if (!bytes.subarray(0, magic.length).equals(Buffer.from(magic))) return null;
  let at = magic.length;
  const next = (): Buffer => {
    const length = bytes.readUInt32BE(at);
    const content = bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    return content;
  };
  try {
    const cipher = next().toString();
    next();
    next();
    at += 4;
    const publicKey = next();
    return { isLocked: cipher !== 'none', publicKey: publicKey.toString('base64') };
  } catch {
    return null;
  }
}

/** The key itself in a line of a public key file or of `ssh-add -L`; null: there is none. */
export const publicKeyIn = (line: string): string | null =>
  /^\S+ (AAAA[A-Za-z0-9+/]+=*)(?: |$)/.exec(line.trim())?.[1] ?? null;
