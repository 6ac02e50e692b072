/** Runs a short system program (ps, sysctl, lsof) for its output. */
import { type Argv, startChild } from './child-start.ts';

export interface ProgramLimits {
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
}

/**
 * Its standard output; as much as there is when it fails, for these programs exit with 1 when some of what was asked for
 * was not found. Empty when it could not be started. Never rejects. Its words are English and its times UTC.
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
  const { stdout } = await started.value;
  return stdout;
}
