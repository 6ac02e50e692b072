import { expect, it } from 'vitest';
import type { GroupView } from './service-rows.ts';
import { cutAfter } from './use-drawn-rows.ts';

const group = (key: string, count: number): GroupView =>
  ({ key, rows: Array.from({ length: count }, (_, index) => `${key}${index}`) }) as unknown as GroupView;
const shown = (groups: readonly GroupView[], count: number): readonly string[] =>
  cutAfter(groups, count).map(({ key, rows }) => `${key}: ${rows.map(String).join(' ')}`);

it('limits the number of rows, and drops groups left without any', () => {
  const groups = [group('a', 2), group('b', 3), group('c', 1)];
  expect(shown(groups, 3)).toEqual(['a: a0 a1', 'b: b0']);
  expect(shown(groups, 2)).toEqual(['a: a0 a1']);
  expect(shown(groups, 9)).toEqual(['a: a0 a1', 'b: b0 b1 b2', 'c: c0']);
});

it('keeps the same object for a complete group, so that it is not rendered again', () => {
  const groups = [group('a', 2), group('b', 3)];
  expect(cutAfter(groups, 4)[0]).toBe(groups[0]);
});
