/** Runs one of the user's programs, kubectl or ssh, for one answer. */
import { withoutRelativeFolders } from '../core/process/environment-block.ts';
import type { CommandContext } from './command-context.ts';

export interface ToolRun {
  /** null: it could not be started, or it was killed; `stderr` says why. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It is not installed, or not on the PATH. */
  readonly isMissing: boolean;
  readonly hasTimedOut?: boolean;
}

const maxOutputBytes = 32 * 1024 * 1024;

export interface ToolTerms {
  /** The time after which it is killed. */
  readonly timeoutMs: number;
  /** Its stdin, empty by default. */
  readonly input?: string | undefined;
}

/** Never rejects. It is killed after `timeoutMs`, or by Ctrl-C. */
export function runTool(
  context: Pick<CommandContext, 'env' | 'signal'>,
  argv: readonly [string, ...string[]],
  timeoutMs: number,
): Promise<ToolRun> {
  return runToolWith(context, argv, { timeoutMs });
}

export async function runToolWith(
  { env, signal }: Pick<CommandContext, 'env' | 'signal'>,
  argv: readonly [string, ...string[]],
  { timeoutMs, input }: ToolTerms,
): Promise<ToolRun> {
  // Loading it takes longer than most commands: it is loaded only if a program is started.
  const { runProgram } = await import('../core/process/program-run.ts');
  const run = await runProgram(argv, {
    env: withoutRelativeFolders(env),
    timeoutMs,
    input,
    signal,
    maxOutputBytes,
  });
  const isMissing = run.startError?.code === 'ENOENT';
  const [file] = argv;
  const late = run.hasTimedOut ? `${file} did not answer within ${timeoutMs / 1_000} s` : null;
  return {
    exitCode: run.exitCode,
    stdout: run.stdout,
    stderr: isMissing ? `${file} was not found` : (late ?? (run.stderr || run.failure)),
    isMissing,
    hasTimedOut: run.hasTimedOut,
  };
}

/** The last line of a program's error output: by convention of kubectl and ssh, the one that counts. */
export const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';
