/** Runs a short system program (ps, sysctl, lsof) for its output. */
import { systemClock, withDeadline } from '../clock.ts';
import { type Argv, startChild } from './child-start.ts';

export interface ProgramLimits {
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
}

/** The time for a killed program to exit. */
const killGraceMs = 2_000;

/**
 * The standard output, also of a program that fails, since these programs exit with 1 if some of the requested items
 * were not found. Empty if it could not be started, or if it survives SIGKILL (lsof, on a volume that hangs). Never rejects.
 * Its messages are in English and its times in UTC.
 */
export async function outputOf(argv: Argv, { timeoutMs, maxOutputBytes }: ProgramLimits): Promise<string> {
  const started = startChild(argv, {
    env: { LC_ALL: 'C', TZ: 'UTC' },
    stdin: 'ignore',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: maxOutputBytes,
  });
  if (!started.ok) return '';
  const child = started.value;
  const result = await withDeadline(systemClock, timeoutMs + killGraceMs, child);
  if (result !== 'deadline') return result.stdout;
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
  return '';
}
