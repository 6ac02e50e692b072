/** Folders from which macOS runs a program today and not tomorrow. */
import { CommandFailure } from './command-failure.ts';
import type { CommandContext } from './command-context.ts';

/**
 * An app that was downloaded and not moved runs from a random read-only folder (Gatekeeper's app translocation); a disk image
 * and an external disk lie in /Volumes, and need not be there at login.
 */
export const isTransient = (file: string): boolean =>
  file.includes('/AppTranslocation/') || file.startsWith('/Volumes/');

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
