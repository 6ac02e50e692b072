/** Folders from which macOS may run a program today but not tomorrow. */
import { isTransient } from '../core/install/transient-place.ts';
import { CommandFailure } from './command-failure.ts';
import type { CommandContext } from './command-context.ts';

/** Call it before a path is saved for use at the next login. */
export function refuseTransient(
  { platform }: Pick<CommandContext, 'platform'>,
  files: readonly string[],
): void {
  const found = platform === 'darwin' ? files.find(isTransient) : undefined;
  if (found === undefined) return;
  throw new CommandFailure(`LocalPort runs from a folder that may be gone at your next login: ${found}`, {
    hint: 'Move LocalPort to the Applications folder (or Node and LocalPort to the startup disk), then run this again from there.',
  });
}
