import { readFileSync } from 'node:fs';
import { systemClock, withDeadline } from '../../clock.ts';
import type { ChildProcess } from '../child-process.ts';
import { parseProcStat } from '../process-identity.ts';

const readyDeadlineMs = 5_000;

/** The PID of the line `ready PID`. */
export async function pidOfReadyLine(child: ChildProcess): Promise<number> {
  const ready = new Promise<number>((resolve) => {
    child.onLine((_stream, line) => {
      const pid = /^ready (\d+)$/.exec(line)?.[1];
      if (pid !== undefined) resolve(Number(pid));
    });
  });
  const pid = await withDeadline(systemClock, readyDeadlineMs, ready);
  if (pid === 'deadline') throw new Error('the child did not become ready');
  return pid;
}

/** A zombie does not count as running. */
export function processIsRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.state !== 'Z';
  } catch {
    return false;
  }
}
