import { expect, it } from 'vitest';
import { commandFolder, isOnPath } from './command-folder.ts';

it.each([
  ['darwin', ['/opt/homebrew/bin', '/usr/local/bin'], '/opt/homebrew/bin'],
  ['darwin', ['/usr/local/bin'], '/usr/local/bin'],
  ['darwin', [], '/home/ann/.local/bin'],
  ['linux', ['/opt/homebrew/bin', '/usr/local/bin'], '/usr/local/bin'],
  ['linux', [], '/home/ann/.local/bin'],
] as const)('on %s, where %j can be written, it is %s', (platform, writable, expected) => {
  const isWritable = (folder: string): boolean => writable.some((one) => one === folder);
  expect(commandFolder({ platform, homeDirectory: '/home/ann', isWritable })).toBe(expected);
});

it.each([
  ['/usr/bin:/home/ann/.local/bin', true],
  ['/home/ann/.local/bin/:/usr/bin', true],
  ['/usr/bin:.local/bin', false],
  ['', false],
])('knows whether the folder is on the PATH %j', (searchPath, expected) => {
  expect(isOnPath('/home/ann/.local/bin', searchPath)).toBe(expected);
});
