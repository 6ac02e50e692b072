/**
 * Processes of ours that have left the group of their child (`setsid`, a daemon): no signal to the group reaches them. A mark in
 * the environment, which children inherit, identifies them on Linux, where the environment can be read. Only the strays of command
 * services are ended. A browser or an agent that a credential plugin or ssh has started is the user's.
 */
import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { readListeningSockets, socketsOf } from './port-holder.ts';
import { isGoneWithin } from './process-exit.ts';
import { identifyProcesses, type ProcessIdentity } from './process-identity.ts';
import { listPids } from './process-list.ts';

/** The variable in the environment of each child. */
export const markVariable = 'LOCALPORT_CHILD_OF';

export interface Mark {
  /** Identifies one run of LocalPort. */
  readonly run: string;
  /** Whether the descendants of the child end with LocalPort. */
  readonly isOwned: boolean;
  /** The number of the child in that run. */
  readonly child: number;
  /** The name of the child: `command tunnel`, `ssh bastion`. */
  readonly name: string;
}

export interface Stray {
  readonly pid: number;
  readonly mark: Mark;
}

interface Found extends Stray {
  readonly identity: ProcessIdentity;
}

const maxReported = 20;
const politeGraceMs = 500;
const killGraceMs = 500;

export const formatMark = (mark: Mark): string => `${startOf(mark)}${mark.name}`;

/** The first part of the variable in the environment of this child: no other has the same. */
export const markInEnvironment = (mark: Mark): string => `${markVariable}=${startOf(mark)}`;

const startOf = ({ run, isOwned, child }: Mark): string => `${run} ${isOwned ? 'owned' : 'free'} ${child} `;

/** From the text of `/proc/PID/environ`, proc(5). null: not a process of that run. */
export function readMark(environ: string, run: string): Mark | null {
  const prefix = `${markVariable}=${run} `;
  const entry = environ.split('\0').find((one) => one.startsWith(prefix));
  const [, kind, child, name] = /^(owned|free) (\d+) (.*)$/s.exec(entry?.slice(prefix.length) ?? '') ?? [];
  return name === undefined ? null : { run, isOwned: kind === 'owned', child: Number(child), name };
}

/**
 * Ends the strays of commands, and returns one sentence for each. `groups`: children that still live, which are reported
 * elsewhere. Never rejects.
 */
export async function endStrays(
  run: string,
  groups: ReadonlySet<number>,
  clock: Clock,
): Promise<readonly string[]> {
  const strays = (await findStrays(run)).filter(({ identity }) => !groups.has(identity.pgid));
  const leftGroups = [...new Set(strays.map(({ identity }) => identity.pgid))];
  const sentences = await Promise.all(
    leftGroups.map((pgid) =>
      endGroup(
        strays.filter(({ identity }) => identity.pgid === pgid),
        clock,
      ),
    ),
  );
  return sentences.slice(0, maxReported);
}

/**
 * Ends what still listens on the private port of a command that has ended: session-manager-plugin, or a program that moved to the
 * background. A browser that the command has opened stays. Returns what was ended; never rejects.
 */
export async function endStrayListeners(
  { run, child }: Pick<Mark, 'run' | 'child'>,
  port: number,
  clock: Clock,
): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const inodes = new Set((await readListeningSockets(port)).map(({ inode }) => inode));
  if (inodes.size === 0) return [];
  const strays = (await findStrays(run)).filter(({ mark }) => mark.child === child);
  const ended = await Promise.all(
    strays.map(async (stray) => {
      const isListener = (await socketsOf(String(stray.pid))).some((inode) => inodes.has(inode));
      if (!isListener) return [];
      await end(stray, clock);
      return [`${programOf(stray.identity)} (pid ${stray.pid})`];
    }),
  );
  return ended.flat();
}

/** One sentence for a group: it names its leader, or a remaining member. */
async function endGroup(group: readonly Found[], clock: Clock): Promise<string> {
  const named = group.find(({ pid, identity }) => pid === identity.pgid) ?? group[0];
  if (named === undefined) return '';
  const words = `${programOf(named.identity)} (pid ${named.pid}), which ${named.mark.name} has started,`;
  if (!named.mark.isOwned) return `${words} still runs`;
  const ended = await Promise.all(group.map((stray) => end(stray, clock)));
  return ended.includes(false) ? `${words} survived SIGKILL` : `${words} still ran and was ended`;
}

async function findStrays(run: string): Promise<readonly Found[]> {
  if (process.platform !== 'linux') return [];
  const strays: Stray[] = [];
  for (const pid of await listPids()) {
    // The environment of another user's process cannot be read, and a process may end at any time.
    const environ = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    const mark = readMark(environ, run);
    if (mark !== null && Number(pid) !== process.pid) strays.push({ pid: Number(pid), mark });
  }
  const identities = await identifyProcesses(strays.map(({ pid }) => pid));
  return strays.flatMap((stray) => {
    const identity = identities.get(stray.pid);
    return identity === undefined ? [] : [{ ...stray, identity }];
  });
}

const programOf = ({ command }: ProcessIdentity): string => command.split(' ')[0]?.split('/').at(-1) ?? '';

/** Whether it is gone. */
async function end({ pid, identity }: Found, clock: Clock): Promise<boolean> {
  signal(pid, 'SIGTERM');
  if (await isGoneWithin(identity, { clock, timeoutMs: politeGraceMs })) return true;
  signal(pid, 'SIGKILL');
  return isGoneWithin(identity, { clock, timeoutMs: killGraceMs });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended in the meantime.
  }
}
