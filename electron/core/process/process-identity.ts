/**
 * Identifies a process. Pids are reused, so a pid alone proves nothing; together with the start time and the command line,
 * within one boot of the computer, it does.
 */
import { readFile } from 'node:fs/promises';

export interface ProcessIdentity {
  readonly pid: number;
  readonly pgid: number;
  /** Opaque: clock ticks since boot on Linux, the date of `ps -o lstart` elsewhere. */
  readonly startTime: string;
  readonly command: string;
}

export interface ProcStat {
  /** One letter, proc(5): R, S, D, Z (zombie)… */
  readonly state: string;
  readonly pgid: number;
  /** Clock ticks since boot. */
  readonly startTime: string;
}

const psTimeoutMs = 5_000;
const maxPsOutputBytes = 4 * 1024 * 1024;

/** The identities of the running pids; the others are missing. Never rejects. */
export async function identifyProcesses(
  pids: readonly number[],
): Promise<ReadonlyMap<number, ProcessIdentity>> {
  if (pids.length === 0) return new Map();
  const found =
    process.platform === 'linux' ? await Promise.all(pids.map(identifyByProc)) : await identifyByPs(pids);
  return new Map(found.filter((identity) => identity !== null).map((identity) => [identity.pid, identity]));
}

/** Unique to the current boot of the computer; empty if the system does not provide it. Never rejects. */
export async function bootId(): Promise<string> {
  if (process.platform === 'linux') {
    return readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
  }
  return (await run('/usr/sbin/sysctl', '-n', 'kern.bootsessionuuid')).trim();
}

/** Reads /proc/PID/stat, proc(5). The name in field 2 may contain spaces and brackets: fields count from the last bracket. */
export function parseProcStat(text: string): ProcStat | null {
  const fields = text
    .slice(text.lastIndexOf(')') + 1)
    .trim()
    .split(/\s+/);
  const [state, , pgid] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined || !text.includes(')')) return null;
  return { state, pgid: Number(pgid), startTime };
}

/** Reads a line of `ps -o pid=,pgid=,lstart=,command=`: `  812   812 Mon Nov 23 10:11:12 2026     ssh -N host`. */
export function parsePsLine(line: string): ProcessIdentity | null {
  const match = /^\s*(\d+)\s+(\d+)\s+(\S+\s+\S+\s+\S+\s+[\d:]+\s+\d{4})\s+(.+)$/.exec(line);
  if (match === null) return null;
  const [, pid = '', pgid = '', startTime = '', command = ''] = match;
  return {
    pid: Number(pid),
    pgid: Number(pgid),
    startTime: startTime.replace(/\s+/g, ' '),
    command: command.trim(),
  };
}

async function identifyByProc(pid: number): Promise<ProcessIdentity | null> {
  try {
    const stat = parseProcStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
    if (stat === null || stat.state === 'Z') return null;
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').join(' ').trim();
    return { pid, pgid: stat.pgid, startTime: stat.startTime, command };
  } catch {
    return null;
  }
}

async function identifyByPs(pids: readonly number[]): Promise<readonly (ProcessIdentity | null)[]> {
  // Without `ww` ps truncates the command at the width of a terminal.
  const output = await run('/bin/ps', '-ww', '-o', 'pid=,pgid=,lstart=,command=', '-p', pids.join(','));
  return output.split('\n').map(parsePsLine);
}

/** Loads execa only if a program has to be run: most subcommands read identities. */
async function run(...argv: readonly [string, ...string[]]): Promise<string> {
  const { outputOf } = await import('./program-output.ts');
  return outputOf(argv, { timeoutMs: psTimeoutMs, maxOutputBytes: maxPsOutputBytes });
}
