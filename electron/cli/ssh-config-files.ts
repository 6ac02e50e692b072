/** The hosts that an ssh_config names, with the files that it includes; ssh_config(5). */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readFileStart } from './bounded-file.ts';
import { matchesPattern } from './file-pattern.ts';
import { parseSshConfig } from './ssh-config.ts';

/** ssh itself stops at 16; ssh_config(5). */
const maxIncludeDepth = 16;
const maxHosts = 500;
/** Each is read once, however often it is included: two that include each other's folder would be read 2^16 times. */
const maxFiles = 200;
const maxFileBytes = 1024 * 1024;

/** `sshFolder`: ~/.ssh, where includes are looked for. */
export async function readSshHosts(file: string, sshFolder: string): Promise<readonly string[]> {
  const hosts = new Set<string>();
  const files = new Set<string>();
  const read = async (current: string, depth: number): Promise<void> => {
    if (depth > maxIncludeDepth || files.has(current) || files.size >= maxFiles) return;
    files.add(current);
    const text = await readFileStart(current, maxFileBytes);
    if (text === null) return;
    const found = parseSshConfig(text);
    for (const host of found.hosts) hosts.add(host);
    for (const include of found.includes)
      for (const included of await expand(include, sshFolder)) await read(included, depth + 1);
  };
  await read(file, 0);
  return [...hosts].slice(0, maxHosts);
}

/** Includes are relative to ~/.ssh; of patterns only those in the last part of a path are looked up. */
async function expand(include: string, sshFolder: string): Promise<readonly string[]> {
  const home = path.dirname(sshFolder);
  const pattern = path.resolve(sshFolder, include.replace(/^~(?=\/)/, home));
  const name = path.basename(pattern);
  if (!/[*?]/.test(name)) return [pattern];
  const folder = path.dirname(pattern);
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((found) => matchesPattern(found, name))
    .toSorted()
    .slice(0, maxFiles)
    .map((found) => path.join(folder, found));
}
