/** The running children of a process: from `/proc` on Linux, from `ps` elsewhere. */
import { readFileSync, readdirSync } from 'node:fs';
import { parseProcStat } from './process-identity.ts';
import { outputOf } from './program-output.ts';

/** Each thread has a list of the children that it started, and Go programs start them from any thread. */
const maxThreadsPerProcess = 64;
const maxDepth = 6;
const psTimeoutMs = 2_000;
const maxPsOutputBytes = 4 * 1024 * 1024;

export interface RunningChild {
  readonly pid: number;
  /** The full command line. */
  readonly command: string;
}

/** The direct children, without zombies. Also empty if they cannot be determined. Never rejects. */
export async function childrenOf(pid: number): Promise<readonly RunningChild[]> {
  if (process.platform === 'linux') return childPidsOf(pid).flatMap(runningChild);
  // Without `ww`, ps truncates the command at the width of a terminal.
  const argv = ['/bin/ps', '-axww', '-o', 'pid=,ppid=,stat=,command='] as const;
  const table = await outputOf(argv, { timeoutMs: psTimeoutMs, maxOutputBytes: maxPsOutputBytes });
  return parseChildren(table, pid);
}

/** Children, their children, and so on, as deep as a wrapper of a wrapper goes. Never rejects. */
export async function descendantsOf(pid: number, depth = maxDepth): Promise<readonly number[]> {
  if (depth === 0) return [];
  const children = await childrenOf(pid);
  const further = await Promise.all(children.map((child) => descendantsOf(child.pid, depth - 1)));
  return [...children.map((child) => child.pid), ...further.flat()];
}

/** Reads the lines of `ps -o pid=,ppid=,stat=,command=`: `  813   812 S    aws eks get-token`. */
export function parseChildren(table: string, parent: number): readonly RunningChild[] {
  return table.split('\n').flatMap((line) => {
    const [, pid, ppid, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+)$/.exec(line) ?? [];
    const isChild = command !== undefined && Number(ppid) === parent && state?.startsWith('Z') === false;
    return isChild ? [{ pid: Number(pid), command: command.trim() }] : [];
  });
}

/** On Linux; zombies included. Empty if the kernel has no such lists (CONFIG_PROC_CHILDREN). */
export function childPidsOf(pid: number): readonly number[] {
  return threadsOf(pid).flatMap((thread) =>
    readProc(`${pid}/task/${thread}/children`)
      .split(' ')
      .filter((child) => child !== '')
      .map(Number),
  );
}

/** Empty if the process has ended, or if we have no descriptors left. */
export function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}

function runningChild(pid: number): readonly RunningChild[] {
  const stat = parseProcStat(readProc(`${pid}/stat`));
  const isRunning = stat !== null && stat.state !== 'Z' && stat.state !== 'X';
  return isRunning ? [{ pid, command: readProc(`${pid}/cmdline`).split('\0').join(' ').trim() }] : [];
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).slice(0, maxThreadsPerProcess);
  } catch {
    return [];
  }
}
