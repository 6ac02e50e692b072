/** Why a folder cannot be written, and the fix. `reason`: the system's error message, alone or in a text. */

/** `ENOSPC: no space left on device, write` → `no space left on device`. */
export const writeFailureInWords = (reason: string): string =>
  /\bE[A-Z0-9]+: ([^,]+),/.exec(reason)?.[1] ?? reason;

export function writeFailureFix(reason: string): string {
  if (reason.includes('ENOSPC: ')) return 'Free some disk space.';
  if (/\b(ENOTDIR|EEXIST): /.test(reason)) return 'Remove the file that is in its place.';
  return 'Make the folder writable.';
}
