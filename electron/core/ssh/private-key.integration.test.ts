import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { privateKeyFacts, publicKeyIn } from './private-key.ts';

const run = promisify(execFile);
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'localport-key-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** A private key from ssh-keygen, and its public key. */
async function made(passphrase: string, ...options: readonly string[]): Promise<readonly [string, string]> {
  const file = path.join(directory, 'key');
  await run('ssh-keygen', ['-q', '-N', passphrase, '-C', 'a comment', '-f', file, ...options]);
  return [await readFile(file, 'utf8'), await readFile(`${file}.pub`, 'utf8')];
}

it.each([
  ['open', ''],
  ['locked', 'tortoise'],
])('recognizes a key that is %s, and its public key', async (_, passphrase) => {
  const [text, publicText] = await made(passphrase, '-t', 'ed25519');
  const publicKey = publicKeyIn(publicText);
  expect(publicKey).toMatch(/^AAAA/);
  expect(privateKeyFacts(text)).toEqual({ isLocked: passphrase !== '', publicKey });
});

it.each([
  ['PEM', ''],
  ['PEM', 'tortoise'],
  ['PKCS8', ''],
  ['PKCS8', 'tortoise'],
])('detects whether a key in %s has the passphrase “%s”', async (format, passphrase) => {
  const [text] = await made(passphrase, '-t', 'rsa', '-b', '2048', '-m', format);
  expect(privateKeyFacts(text)).toEqual({ isLocked: passphrase !== '', publicKey: null });
});

it('finds no private key in a public key or in a truncated file', async () => {
  const [, publicText] = await made('', '-t', 'ed25519');
  expect(privateKeyFacts(publicText)).toBeNull();
  const cut = Buffer.from('openssh-key-v1\0\0\0').toString('base64');
  const text = `-----BEGIN OPENSSH PRIVATE KEY-----\n${cut}\n-----END OPENSSH PRIVATE KEY-----\n`;
  expect(privateKeyFacts(text)).toBeNull();
  expect(publicKeyIn('The agent has no identities.')).toBeNull();
});
