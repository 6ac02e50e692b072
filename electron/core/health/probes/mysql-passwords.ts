/** How a MySQL client proves that it knows the password, by authentication plugin. Pure. */
import { constants, createHash, publicEncrypt } from 'node:crypto';
import { nonceBytes } from './mysql-packets.ts';

type Prove = (password: Buffer, nonce: Buffer) => Buffer;

const proofs: ReadonlyMap<string, Prove> = new Map([
  ['mysql_native_password', nativeProof],
  ['caching_sha2_password', sha2Proof],
]);

export interface Challenge {
  readonly plugin: string;
  /** 20 random bytes from the server. */
  readonly nonce: Buffer;
}

/** null: the plugin is unknown, or would expose the password to eavesdroppers. */
export function proofOf(password: string, { plugin, nonce }: Challenge, isEncrypted: boolean): Buffer | null {
  if (plugin === 'mysql_clear_password') return isEncrypted ? clearPassword(password) : null;
  const prove = proofs.get(plugin);
  // A nonce that is too short would leave parts of the password unmasked.
  if (prove === undefined || nonce.length !== nonceBytes) return null;
  return password === '' ? noProof(plugin) : prove(Buffer.from(password), nonce);
}

/** Ends with a zero byte. */
export const clearPassword = (password: string): Buffer => Buffer.from(`${password}\0`);

/** Encrypts the password with the server's public key; null if the key is invalid. */
export function encryptedPassword(password: string, nonce: Buffer, publicKey: Buffer): Buffer | null {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  try {
    return publicEncrypt({ key: publicKey, padding }, xor(clearPassword(password), nonce));
  } catch {
    return null;
  }
}

/**
 * An empty proof, for a login that is expected to fail. Only MariaDB's `client_ed25519` would take that for a broken
 * handshake instead of a wrong password.
 */
export const noProof = (plugin: string): Buffer => Buffer.alloc(plugin === 'client_ed25519' ? 64 : 0);

/** SHA1(password) ⊕ SHA1(nonce + SHA1(SHA1(password))) */
function nativeProof(password: Buffer, nonce: Buffer): Buffer {
  const once = hash('sha1', password);
  return xor(once, hash('sha1', nonce, hash('sha1', once)));
}

/** SHA256(password) ⊕ SHA256(SHA256(SHA256(password)) + nonce) */
function sha2Proof(password: Buffer, nonce: Buffer): Buffer {
  const once = hash('sha256', password);
  return xor(once, hash('sha256', hash('sha256', once), nonce));
}

function hash(algorithm: 'sha1' | 'sha256', ...parts: readonly Buffer[]): Buffer {
  const digest = createHash(algorithm);
  for (const part of parts) digest.update(part);
  return digest.digest();
}

/** Repeats `key` as often as needed. */
const xor = (bytes: Buffer, key: Buffer): Buffer =>
  Buffer.from(bytes.map((byte, index) => byte ^ (key[index % key.length] ?? 0)));
