/** The user's text editor, opened at a line, in this terminal or beside it. */
import path from 'node:path';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { findOnPath } from '../core/process/find-on-path.ts';
import type { Environment } from '../core/config/environment-substitution.ts';

export interface TextPlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** In this order: `editor` is the name in Debian's alternatives. */
const fallbacks = ['editor', 'vi', 'nano'];

const chooseOne = 'Set VISUAL or EDITOR in the environment to the one that you use.';

/** The user's chosen editor, a command line for the shell; null: none is chosen. */
export const editorCommand = (env: Environment): string | null =>
  [env['VISUAL'], env['EDITOR']].find((command) => command !== undefined && command.trim() !== '') ?? null;

/** The same, otherwise an editor of this system: in the terminal, or on a Mac's desktop if there is no terminal. */
async function chooseEditor({ env, platform, prompt }: CommandContext): Promise<string> {
  const chosen = editorCommand(env);
  if (chosen !== null) return chosen;
  // -W: until its window is closed. -n: with an editor that is already running, we would wait for it to quit.
  if (prompt === undefined && platform === 'darwin') return 'open -W -n -t';
  if (prompt === undefined)
    throw new CommandFailure('there is no terminal for a text editor', { hint: chooseOne });
  for (const name of fallbacks) if ((await findOnPath(name, env)) !== null) return name;
  throw new CommandFailure('no text editor was found', { hint: chooseOne });
}

/** The arguments that open the file at a line and, for editors with a window, wait until it is closed. */
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

/** Resolves when the editor has exited. */
export async function openTextEditor(context: CommandContext, place: TextPlace): Promise<void> {
  const { env, workingDirectory } = context;
  const command = await chooseEditor(context);
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
        hint: 'VISUAL and EDITOR in the environment say which editor is used.',
      },
    );
}
