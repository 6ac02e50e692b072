import { sleep, type Clock } from '../clock.ts';
import { identifyProcesses, type ProcessIdentity } from './process-identity.ts';

export interface ExitWait {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const pollMs = 5;

/**
 * Whether a process is gone within the time; false also when the signal aborts. Asked not by a signal: a zombie takes it for ever
 * where nobody reaps. Nor by the pid alone: it may be another's by now.
 */
export async function isGoneWithin(
  { pid, startTime }: Pick<ProcessIdentity, 'pid' | 'startTime'>,
  { clock, timeoutMs, signal }: ExitWait,
): Promise<boolean> {
  const deadline = clock.now() + timeoutMs;
  while ((await identifyProcesses([pid])).get(pid)?.startTime === startTime) {
    if (clock.now() > deadline || !(await sleep(clock, pollMs, signal))) return false;
  }
  return true;
}
