import { sleep, type Clock } from '../clock.ts';
import { identifyProcesses, type ProcessIdentity } from './process-identity.ts';

export interface ExitWait {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const pollMs = 5;

/**
 * Whether a process is gone within the time; also false if the signal aborts. Not tested by a signal, which a zombie that
 * is not reaped accepts forever, nor by the pid alone, which may have been reused.
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
