import { expect, it } from 'vitest';
import { isSameName, isTooBroad } from './watch-system.ts';

it.each([
  ['/', 'darwin', true],
  ['/Users', 'darwin', true],
  ['/Users/me', 'darwin', true],
  ['/Users/me/.config', 'darwin', false],
  ['/Users/mel', 'darwin', false],
  ['/etc', 'darwin', false],
  ['/Users/me', 'linux', false],
  ['/', 'linux', false],
] as const)('%s is too broad to be watched on %s: %s', (folder, platform, expected) => {
  expect(isTooBroad(folder, { platform, homeDirectory: '/Users/me' })).toBe(expected);
});

it.each([
  ['LocalPort.yaml', 'localport.yaml', 'darwin', true],
  // Composed and decomposed.
  ['b\u00fcro.yaml', 'bu\u0308ro.yaml', 'darwin', true],
  ['localport.yaml', 'localport.yml', 'darwin', false],
  ['LocalPort.yaml', 'localport.yaml', 'linux', false],
  ['localport.yaml', 'localport.yaml', 'linux', true],
] as const)('%s and %s may be one file on %s: %s', (a, b, platform, expected) => {
  expect(isSameName(a, b, platform)).toBe(expected);
});
