/** A program that keeps running after this command exits. */
import { open } from 'node:fs/promises';
import type { CommandContext } from './command-context.ts';

/** How a started program has exited; null: not yet. */
export interface ProgramEnd {
  how: string | null;
}

/** In a separate session: it keeps running after this command exits. Its error output goes to `outputFile`. */
export async function startDetached(
  { env, workingDirectory }: CommandContext,
  [file, ...args]: readonly [string, ...string[]],
  outputFile: string,
): Promise<Readonly<ProgramEnd>> {
  // If no log can be written, the daemon runs anyway, and its messages at the start are lost.
  const output = await open(outputFile, 'w', 0o600).catch(() => null);
  // Any descriptor will do, but execa's types end at 9.
  const complaints = output === null ? 'ignore' : (output.fd as 9);
  const end: ProgramEnd = { how: null };
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
    void child.then(({ exitCode, originalMessage, signal: endSignal }) => {
      end.how = endSignal ?? (exitCode === undefined ? (originalMessage ?? '') : `exit code ${exitCode}`);
    });
  } finally {
    await output?.close();
  }
  return end;
}
