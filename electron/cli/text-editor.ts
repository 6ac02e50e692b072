/** The user's text editor, opened at a line, in this terminal or beside it. */
import path from 'node:path';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import type { Environment } from '../core/config/environment-substitution.ts';

export interface TextPlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

const fallback = 'vi';

/** As git has it: a command line for the shell. */
export const editorCommand = (env: Environment): string =>
  [env['VISUAL'], env['EDITOR']].find((command) => command !== undefined && command.trim() !== '') ??
  fallback;

/** Behind the command: what it takes a line by, and waits for its window by. */
export function editorArguments(command: string, { path: file, line }: TextPlace): readonly string[] {
  const [program = '', ...options] = command.trim().split(/\s+/);
  const name = path.basename(program);
  const waits = options.some((option) => option === '--wait' || option === '-w');
  switch (name) {
    case 'code':
    case 'code-insiders':
    case 'codium':
    case 'cursor':
    case 'windsurf':
      return [...(waits ? [] : ['--wait']), '--goto', `${file}:${line}`];
    case 'subl':
    case 'zed':
      return [...(waits ? [] : ['--wait']), `${file}:${line}`];
    case 'hx':
      return [`${file}:${line}`];
    case 'vi':
    case 'vim':
    case 'nvim':
    case 'view':
    case 'nano':
    case 'pico':
    case 'emacs':
    case 'emacsclient':
    case 'micro':
    case 'kak':
    case 'joe':
    case 'mcedit':
      return [`+${line}`, file];
    default:
      return [file];
  }
}

/** Resolves when the editor has ended. */
export async function openTextEditor(
  { env, workingDirectory }: CommandContext,
  place: TextPlace,
): Promise<void> {
  const command = editorCommand(env);
  const { execa } = await import('execa');
  const { exitCode, originalMessage } = await execa(
    '/bin/sh',
    ['-c', `${command} "$@"`, command, ...editorArguments(command, place)],
    { stdio: 'inherit', env, extendEnv: false, cwd: workingDirectory, cleanup: false, reject: false },
  );
  if (exitCode !== 0)
    throw new CommandFailure(
      `the editor ${command} failed: ${originalMessage ?? `exit code ${String(exitCode)}`}`,
      {
        hint: 'Which one is used is up to VISUAL and EDITOR in the environment.',
      },
    );
}
