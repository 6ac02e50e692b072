import { expect, it } from 'vitest';
import { isInherited, withoutInherited } from './inherited-descriptors.ts';

it('replaces each descriptor that a child would inherit by a substitute, and keeps its own', () => {
  const stdio = ['ignore', 'pipe', 'pipe'];
  expect(withoutInherited(stdio, [0, 1, 2, 4, 7], 9)).toEqual([
    ...['ignore', 'pipe', 'pipe'],
    ...['ignore', 9, 'ignore', 'ignore', 9],
  ]);
  expect(withoutInherited(stdio, [0, 1, 2], 9)).toEqual(stdio);
  expect(withoutInherited([...stdio, 'ipc'], [3], 9)).toEqual([...stdio, 'ipc']);
  expect(withoutInherited(stdio, [1_000_000], 9)).toEqual(stdio);
});

it.each([
  ['pos:\t0\nflags:\t02100002\nmnt_id:\t15\n', false],
  ['pos:\t0\nflags:\t0100002\nmnt_id:\t15\n', true],
  ['', false],
])('detects from %j whether a child would inherit the descriptor', (fdinfo, expected) => {
  expect(isInherited(fdinfo)).toBe(expected);
});
