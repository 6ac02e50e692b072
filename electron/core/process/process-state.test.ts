import { expect, test } from 'vitest';
import { parseStoppedGroups } from './process-state.ts';

test('a group with a stopped member is found in the table of ps', () => {
  const table = `    1     1 Ss
  812   812 S+
  813   812 T
  900   900 TN
  901   901 Z
`;
  expect(parseStoppedGroups(table)).toEqual(new Set([812, 900]));
});

test('a process that is stopped by a debugger does not count', () => {
  expect(parseStoppedGroups('  812   812 TX\n')).toEqual(new Set());
});

test('a table that cannot be read yields no stopped groups', () => {
  expect(parseStoppedGroups('ps: illegal option\n\n')).toEqual(new Set());
});
