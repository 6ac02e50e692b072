import { expect, it } from 'vitest';
import { unwritable } from './write-failure.ts';

it.each([
  [
    'ENOSPC: no space left on device, write',
    'f cannot be written (no space left on device). Free some disk space',
  ],
  ['EDQUOT: disk quota exceeded, write', 'f cannot be written (disk quota exceeded). Free some disk space'],
  [
    "EROFS: read-only file system, access 'f'",
    'f cannot be written (read-only file system). Remount the file system read-write, or use another folder',
  ],
  [
    "EACCES: permission denied, open 'f'",
    'f cannot be written (permission denied). Make the folder writable',
  ],
])('%s comes with its fix', (reason, expected) => {
  expect(unwritable('f', reason)).toBe(expected);
});
