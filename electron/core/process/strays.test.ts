import { expect, it } from 'vitest';
import { formatMark, markVariable, readMark } from './strays.ts';

const environ = (...entries: readonly string[]): string => entries.map((entry) => `${entry}\0`).join('');

it.each([
  { run: 'r1', isOwned: true, child: 7, name: 'command my tool' },
  { run: 'r1', isOwned: false, child: 12, name: 'ssh bastion' },
])('recognizes the processes of this run by their mark: %j', (mark) => {
  const text = environ('A=1', `${markVariable}=${formatMark(mark)}`, 'B=2');
  expect(readMark(text, 'r1')).toEqual(mark);
  expect(readMark(text, 'r2')).toBeNull();
  expect(readMark(environ('A=1', `NOT_${markVariable}=${formatMark(mark)}`), 'r1')).toBeNull();
});
