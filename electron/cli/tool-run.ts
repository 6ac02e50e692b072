/** Runs a program of the user's, kubectl or ssh, for one answer. */
import { execFile } from 'node:child_process';
import type { CommandContext } from './command-context.ts';

export interface ToolRun {
  /** null: it could not be started, or it was ended; `stderr` says why. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It is not installed, or not on the PATH. */
  readonly isMissing: boolean;
}

const maxOutputBytes = 32 * 1024 * 1024;

/** Never rejects. It is killed after `timeoutMs`, or by Ctrl-C. */
export function runTool(
  { env, signal }: Pick<CommandContext, 'env' | 'signal'>,
  [file, ...args]: readonly [string, ...string[]],
  timeoutMs: number,
): Promise<ToolRun> {
  return new Promise((resolve) => {
    const options = { env, signal, timeout: timeoutMs, maxBuffer: maxOutputBytes, encoding: 'utf8' } as const;
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve({ exitCode: 0, stdout, stderr, isMissing: false });
        return;
      }
      const { code, killed } = error;
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const ending = killed === true ? `${file} did not answer within ${timeoutMs / 1_000} s` : stderr;
      resolve({
        exitCode: typeof code === 'number' ? code : null,
        stdout,
        stderr: isMissing ? `${file} was not found` : ending === '' ? error.message : ending,
        isMissing,
      });
    });
    child.stdin?.end();
  });
}

/** The last line of what a program complained: the one that counts, says kubectl's and ssh's custom. */
export const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';
