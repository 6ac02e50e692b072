/** Runs a program of the user's, kubectl or ssh, for its output. */
import type { Argv } from '../process/child-start.ts';
import type { Environment } from '../process/environment-block.ts';
import { runProgram } from '../process/program-run.ts';

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
  const run = await runProgram(argv, { env: environment, timeoutMs, maxOutputBytes });
  const late = run.hasTimedOut ? `${argv[0]} did not answer within ${timeoutMs / 1_000} s` : null;
  const failure = run.startError?.code === 'ENOENT' ? `${argv[0]} was not found` : run.startError?.message;
  const complaint = failure ?? late ?? lastLine(run.stderr);
  return { ok: run.exitCode === 0, stdout: run.stdout, complaint };
}

/** By convention of kubectl and ssh the line that matters, without a leading `error:`. */
const lastLine = (text: string): string =>
  (text.trimEnd().split('\n').at(-1) ?? '').trim().replace(/^error: /i, '');
