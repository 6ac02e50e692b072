/**
 * Process groups: sending a signal to all members, and waiting until the last one is gone. A group's number is not reused
 * while the group has a member, so a group that was ours and still has a member is ours.
 */
import { readdir, readFile } from 'node:fs/promises';
import { type Clock, sleep } from '../clock.ts';
import { parseProcStat } from './process-identity.ts';

const pollIntervalMs = 10;
const survivorPollIntervalMs = 1_000;
const killDeadlineMs = 2_000;
/** Concurrent reads of the process table: each takes a descriptor. */
const readsAtOnce = 16;
/** This process lacks a resource, which says nothing about the process in question. */
const shortages = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** The operations of a supervisor on a group; tests can make them fail. */
export interface GroupControl {
  readonly signal: typeof signalGroup;
  readonly end: typeof endGroup;
  readonly outlast: typeof outlastGroup;
}

/** Sends a signal to every member. False if there is no such process. */
export function signalGroup(pgid: number, signal: NodeJS.Signals): boolean {
  return sendToGroup(pgid, signal);
}

/** Whether the group has a running member. */
export async function groupIsAlive(pgid: number): Promise<boolean> {
  if (!sendToGroup(pgid, 0)) return false;
  return process.platform === 'linux' ? hasRunningMember(pgid) : true;
}

/** Waits for the last member to end. False if one still runs after `deadlineMs`. */
export async function waitUntilGroupGone(pgid: number, deadlineMs: number, clock: Clock): Promise<boolean> {
  const deadline = clock.now() + deadlineMs;
  while (await groupIsAlive(pgid)) {
    if (clock.now() >= deadline) return false;
    await sleep(clock, pollIntervalMs);
  }
  return true;
}

/** Sends TERM, waits up to `graceMs`, sends KILL. False if a member survived even that. */
export async function endGroup(pgid: number, graceMs: number, clock: Clock): Promise<boolean> {
  if (!(await groupIsAlive(pgid))) return true;
  signalGroup(pgid, 'SIGTERM');
  if (await waitUntilGroupGone(pgid, graceMs, clock)) return true;
  signalGroup(pgid, 'SIGKILL');
  return waitUntilGroupGone(pgid, killDeadlineMs, clock);
}

/** Waits for the last member to end, however long that takes: for a group that survived `endGroup`. */
export async function outlastGroup(pgid: number, clock: Clock): Promise<void> {
  while (await groupIsAlive(pgid)) await sleep(clock, survivorPollIntervalMs);
}

export const systemGroups: GroupControl = { signal: signalGroup, end: endGroup, outlast: outlastGroup };

function sendToGroup(pgid: number, signal: NodeJS.Signals | 0): boolean {
  // kill(2): 0 is our own group and -1 is every process.
  if (!Number.isSafeInteger(pgid) || pgid <= 1) return false;
  try {
    return process.kill(-pgid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EPERM: no member may be signaled; on macOS also the result for a group of zombies.
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}

/** proc(5). */
export interface ProcessTable {
  /** Process ids, and other names. */
  list(): Promise<readonly string[]>;
  /** The stat of one process. */
  read(pid: string): Promise<string>;
}

const procTable: ProcessTable = {
  list: () => readdir('/proc'),
  read: (pid) => readFile(`/proc/${pid}/stat`, 'utf8'),
};

/**
 * A zombie can be signaled forever if the first process of a container does not reap, yet it is gone. Also true if
 * the process table cannot be read: then all that is known is that the group can be signaled. Never rejects.
 */
export async function hasRunningMember(pgid: number, table = procTable): Promise<boolean> {
  const names = await table.list().catch(() => null);
  if (names === null) return true;
  const pids = names.filter((name) => /^\d+$/.test(name));
  const runs = async (pid: string): Promise<boolean> => {
    try {
      const member = parseProcStat(await table.read(pid));
      return member?.pgid === pgid && member.state !== 'Z' && member.state !== 'X';
    } catch (error) {
      return shortages.has((error as NodeJS.ErrnoException).code ?? '');
    }
  };
  for (let from = 0; from < pids.length; from += readsAtOnce) {
    const some = await Promise.all(pids.slice(from, from + readsAtOnce).map(runs));
    if (some.includes(true)) return true;
  }
  return false;
}
