/** Why a file or folder cannot be written, and the fix. `reason`: the system's error message, alone or in a text. */

/** `ENOSPC: no space left on device, write` → `no space left on device`. */
export const writeFailureInWords = (reason: string): string =>
  /\bE[A-Z0-9]+: ([^,]+),/.exec(reason)?.[1] ?? reason;

/** `… cannot be written (no space left on device). Free some disk space` */
export const unwritable = (path: string, reason: string): string =>
  `${path} cannot be written (${writeFailureInWords(reason)}). ${writeFailureFix(reason).replace(/\.$/, '')}`;

export function writeFailureFix(reason: string): string {
  if (/\b(ENOSPC|EDQUOT): /.test(reason)) return 'Free some disk space.';
  if (reason.includes('EROFS: ')) return 'Remount the file system read-write, or use another folder.';
  if (/\b(ENOTDIR|EEXIST): /.test(reason)) return 'Remove the file that is in its place.';
  return 'Make the folder writable.';
}
