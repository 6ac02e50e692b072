/** Describes what another user could change in the path of a file, with the fix. */
import { readFile } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { shellWord } from '../../../shared/shell-word.ts';
import type { PathStep } from './path-steps.ts';
import { privateGroupOf, whoElseMayWrite, type EntryFacts, type TrustedUser } from './write-access.ts';

const byGroup = 0o020;

/** null: only this user and root could have written the target of the steps. `uid`: the user who runs LocalPort. */
export async function refuseWriters(steps: readonly PathStep[], uid: number): Promise<string | null> {
  const found = steps.flatMap(({ path, stats }) => (stats === null ? [] : [{ path, facts: factsOf(stats) }]));
  const isAsked = found.some(({ facts }) => (facts.mode & byGroup) !== 0);
  const user: TrustedUser = { uid, privateGroup: isAsked ? await readPrivateGroup(uid) : null };
  for (const { path, facts } of found) {
    const refusal = refusalOf(path, facts, user);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** In the order of the path: the first one is the outermost. */
function refusalOf(path: string, facts: EntryFacts, user: TrustedUser): string | null {
  const { kind, uid, gid, mode } = facts;
  const state = `mode ${octal(mode)}, owner ${uid}, group ${gid}`;
  switch (whoElseMayWrite(facts, user)) {
    case null:
      return null;
    case 'owner':
      return `the ${kind} ${path} belongs to user ${uid}, expected user ${user.uid} or root: ${
        kind === 'link' ? 'remove it' : `run chown ${user.uid} ${shellWord(path)}`
      }`;
    case 'group':
      return `the ${kind} ${path} can be written by its group (${state}): run chmod go-w ${shellWord(path)}`;
    case 'everybody':
      return `the ${kind} ${path} can be written by every user (${state}): run chmod go-w ${shellWord(path)}`;
  }
}

const factsOf = (stats: Stats): EntryFacts => ({
  kind: stats.isSymbolicLink() ? 'link' : stats.isDirectory() ? 'folder' : 'file',
  uid: stats.uid,
  gid: stats.gid,
  mode: stats.mode,
});

async function readPrivateGroup(uid: number): Promise<number | null> {
  const [passwd, group] = await Promise.all(['/etc/passwd', '/etc/group'].map(readOrEmpty));
  return privateGroupOf({ platform: process.platform, uid, passwd: passwd ?? '', group: group ?? '' });
}

const readOrEmpty = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');
