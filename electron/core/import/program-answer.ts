/** Runs a program of the user's, kubectl or ssh, for its output. */
import { startChild, startErrorOf, type Argv } from '../process/child-start.ts';
import type { Environment } from '../process/environment-block.ts';

export interface ProgramAnswer {
  readonly ok: boolean;
  readonly stdout: string;
  /** The last line of stderr, or why it could not be started. Empty: it printed nothing. */
  readonly complaint: string;
}

const maxOutputBytes = 32 * 1024 * 1024;

/** Never rejects. It is killed after `timeoutMs`. */
export async function askProgram(
  argv: Argv,
  environment: Environment,
  timeoutMs: number,
): Promise<ProgramAnswer> {
  const started = startChild(argv, {
    env: environment,
    stdin: 'ignore',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: maxOutputBytes,
    stripFinalNewline: false,
  });
  if (!started.ok) return { ok: false, stdout: '', complaint: started.error.message };
  const result = await started.value;
  const isMissing = result.exitCode === undefined && startErrorOf(result).code === 'ENOENT';
  const late = result.timedOut ? `${argv[0]} did not answer within ${timeoutMs / 1_000} s` : null;
  const complaint = isMissing ? `${argv[0]} was not found` : (late ?? lastLine(result.stderr));
  return { ok: result.exitCode === 0, stdout: result.stdout, complaint };
}

/** By convention of kubectl and ssh the line that matters, without a leading `error:`. */
const lastLine = (text: string): string =>
  (text.trimEnd().split('\n').at(-1) ?? '').trim().replace(/^error: /i, '');
