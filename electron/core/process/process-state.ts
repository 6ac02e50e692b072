/**
 * Which process groups are stopped (SIGSTOP, Ctrl-Z). A stopped process keeps its sockets, and the kernel
 * continues accepting connections into their backlog: only the process table shows that no process will answer them.
 */
import { nextTurn } from '../clock.ts';
import { childPidsOf, readProc } from './process-children.ts';
import { parseProcStat } from './process-identity.ts';
import { outputOf } from './program-output.ts';

/** Of one group. A tunnel has a handful: ssh, its ProxyCommand, a credential plugin. */
const maxMembersPerGroup = 64;
const psTimeoutMs = 2_000;
const maxPsOutputBytes = 4 * 1024 * 1024;

/**
 * The groups whose leader or another member is stopped by job control. A process that is stopped by a debugger
 * does not count. Never rejects: a group that cannot be examined does not count as stopped.
 */
export async function findStopped(groups: readonly number[]): Promise<ReadonlySet<number>> {
  if (groups.length === 0) return new Set();
  if (process.platform === 'linux') return findStoppedInProc(groups);
  const stopped = parseStoppedGroups(await processTable());
  return new Set(groups.filter((pgid) => stopped.has(pgid)));
}

/** Reads the lines of `ps -axo pid=,pgid=,stat=`: `  812   812 T`. `TX` is stopped by a debugger. */
export function parseStoppedGroups(table: string): ReadonlySet<number> {
  const stopped = table.split('\n').flatMap((line) => {
    const [, pgid, state] = /^\s*\d+\s+(\d+)\s+(\S+)/.exec(line) ?? [];
    return state?.startsWith('T') === true && !state.includes('X') ? [Number(pgid)] : [];
  });
  return new Set(stopped);
}

/**
 * Synchronous reads: /proc is in memory, a read takes some 10 µs, and a hanging volume may block all of Node's file
 * threads. One group per turn of the event loop.
 */
async function findStoppedInProc(groups: readonly number[]): Promise<ReadonlySet<number>> {
  const stopped = new Set<number>();
  for (const pgid of groups) {
    if (hasStoppedMember(pgid)) stopped.add(pgid);
    await nextTurn();
  }
  return stopped;
}

/**
 * From the leader down; a process that has left the group is skipped together with its descendants. If the kernel has no lists of
 * children, only the leader is checked.
 */
function hasStoppedMember(pgid: number): boolean {
  const pending = [pgid];
  for (let visited = 0; visited < maxMembersPerGroup; visited++) {
    const pid = pending.pop();
    if (pid === undefined) return false;
    const stat = parseProcStat(readProc(`${pid}/stat`));
    if (stat?.pgid !== pgid) continue;
    if (stat.state === 'T') return true;
    pending.push(...childPidsOf(pid));
  }
  return false;
}

let running: Promise<string> | null = null;

/** Concurrent callers share one `ps`. */
function processTable(): Promise<string> {
  running ??= outputOf(['/bin/ps', '-axo', 'pid=,pgid=,stat='], {
    timeoutMs: psTimeoutMs,
    maxOutputBytes: maxPsOutputBytes,
  }).finally(() => {
    running = null;
  });
  return running;
}
