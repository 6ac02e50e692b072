/** Files that services name: keys and certificates. */
import { stat } from 'node:fs/promises';
import { readFileStart } from '../files/file-start.ts';
import { isBad, isFine, type Verdict } from './need.ts';

const others = 0o077;
/** Only the beginning of a file is read. */
const maxBytes = 64 * 1024;

/** A config may also name the public half: ssh then uses the matching key of the agent (ssh_config(5), IdentityFile). */
export async function judgeKeyFile(file: string): Promise<Verdict> {
  const text = await readFileStart(file, maxBytes);
  if (text === null)
    return isBad(`${file} cannot be read`, 'Correct key_file, or create the key: ssh-keygen');
  if (isPublicKey(text)) return isFine(`${file} is a public key; its private key has to be in the agent`);
  const { mode } = await stat(file);
  if ((mode & others) !== 0)
    return isBad(`others may read the key ${file}, so ssh ignores it`, `chmod 600 ${file}`);
  return isFine(file);
}

/** sshd(8), "AUTHORIZED_KEYS FILE FORMAT". */
const isPublicKey = (text: string): boolean => /^(?:ssh-|ecdsa-|sk-)[\w@.-]+ +AAAA/.test(text);

export async function judgeCaFile(file: string): Promise<Verdict> {
  const text = await readFileStart(file, maxBytes);
  if (text === null) return isBad(`${file} cannot be read`, 'Correct the path of the CA certificate.');
  return text.includes('-----BEGIN CERTIFICATE-----') || text.includes('-----BEGIN TRUSTED CERTIFICATE-----')
    ? isFine(file)
    : isBad(`${file} has no CA certificate in PEM format`, 'Convert it: openssl x509 -inform der -in FILE');
}
