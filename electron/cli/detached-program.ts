/** A program that keeps running after this command exits. */
import { open } from 'node:fs/promises';
import type { CommandContext } from './command-context.ts';

export interface DetachedProgram {
  /** How it has exited; null: not yet. */
  readonly how: string | null;
  /** Resolves to the same. */
  readonly ended: Promise<string>;
}

/**
 * In a separate session: it keeps running after this command exits. Its output goes to `outputFile`; null: nowhere. Never
 * rejects.
 */
export async function startDetached(
  { env, workingDirectory }: CommandContext,
  [file, ...args]: readonly [string, ...string[]],
  outputFile: string | null,
): Promise<DetachedProgram> {
  // If no log can be written, the daemon runs anyway, and its messages at the start are lost.
  const output = outputFile === null ? null : await open(outputFile, 'w', 0o600).catch(() => null);
  // Any descriptor will do, but execa's types end at 9.
  const complaints = output === null ? 'ignore' : (output.fd as 9);
  try {
    const { execa } = await import('execa');
    const child = execa(file, args, {
      detached: true,
      stdio: ['ignore', complaints, complaints],
      env,
      extendEnv: false,
      cwd: workingDirectory,
      cleanup: false,
      reject: false,
    });
    child.unref();
    const program: { how: string | null; readonly ended: Promise<string> } = {
      how: null,
      ended: child.then(({ exitCode, originalMessage, signal }) => {
        program.how = signal ?? (exitCode === undefined ? (originalMessage ?? '') : `exit code ${exitCode}`);
        return program.how;
      }),
    };
    return program;
  } finally {
    await output?.close();
  }
}
