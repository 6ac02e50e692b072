/** The hosts and forwards that an ssh_config names, with the files that it includes; ssh_config(5). */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readFileStart } from '../files/file-start.ts';
import { matchesPattern } from './file-pattern.ts';
import { parseSshConfig, type WrittenForward } from './ssh-config.ts';

/** ssh itself stops at 16; ssh_config(5). */
const maxIncludeDepth = 16;
const maxHosts = 500;
/** Each file is read once, however often it is included: two files that include each other's folder would be read 2^16 times. */
const maxFiles = 200;
const maxFileBytes = 1024 * 1024;

export interface PlacedForward extends WrittenForward {
  readonly file: string;
}

export interface SshHosts {
  readonly hosts: readonly string[];
  readonly forwards: readonly PlacedForward[];
}

/** `sshFolder`: ~/.ssh, the base of includes. */
export async function readSshHosts(file: string, sshFolder: string): Promise<SshHosts> {
  const hosts = new Set<string>();
  const files = new Set<string>();
  const forwards: PlacedForward[] = [];
  const read = async (current: string, depth: number, isPassing: boolean): Promise<void> => {
    // A file that a conditional block includes may be included unconditionally elsewhere.
    const reading = `${isPassing ? 'at times' : 'always'} ${current}`;
    if (depth > maxIncludeDepth || files.has(reading) || files.size >= maxFiles) return;
    files.add(reading);
    const text = await readFileStart(current, maxFileBytes);
    if (text === null) return;
    const found = parseSshConfig(text, isPassing);
    for (const host of found.hosts) hosts.add(host);
    forwards.push(...found.forwards.map((forward) => ({ ...forward, file: current })));
    for (const include of found.includes)
      for (const included of await expand(include.pattern, sshFolder))
        await read(included, depth + 1, include.isPassing);
  };
  await read(file, 0, false);
  return { hosts: [...hosts].slice(0, maxHosts), forwards };
}

/** Includes are relative to ~/.ssh; patterns are expanded only in the last part of a path. */
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
