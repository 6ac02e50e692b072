/** Folders from which macOS runs a program today and not tomorrow. */
import { isTransient } from '../core/install/transient-place.ts';
import { CommandFailure } from './command-failure.ts';
import type { CommandContext } from './command-context.ts';

/** Before a path is written down that is used at the next login. */
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
