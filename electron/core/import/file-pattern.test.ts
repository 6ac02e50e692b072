import { expect, it } from 'vitest';
import { matchesPattern } from './file-pattern.ts';

it.each([
  ['work.conf', '*', true],
  ['work.conf', '*.conf', true],
  ['work.conf', 'w?rk.*', true],
  ['work.conf', '*.cnf', false],
  ['work.conf', 'ork*', false],
  ['a+b', 'a+b', true],
  ['aab', 'a+b', false],
  ['', '**', true],
  ['', '?', false],
  [`${'a'.repeat(250)}c`, `${'*a'.repeat(100)}b`, false],
])('%s by %s: %s', (name, pattern, matches) => {
  expect(matchesPattern(name, pattern)).toBe(matches);
});
