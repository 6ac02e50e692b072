/** A program that outlives this command. */
import { open } from 'node:fs/promises';
import type { CommandContext } from './command-context.ts';

/** How a started program has ended; null: not yet. */
export interface ProgramEnd {
  how: string | null;
}

/** In a session of its own: it outlives this command. Its complaints go to `outputFile`. */
export async function startDetached(
  { env, workingDirectory }: CommandContext,
  [file, ...args]: readonly [string, ...string[]],
  outputFile: string,
): Promise<Readonly<ProgramEnd>> {
  // Where no log can be written, the daemon runs all the same, and its complaints at the start are lost.
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
