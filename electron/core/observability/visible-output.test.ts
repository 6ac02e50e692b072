import { expect, it } from 'vitest';
import { carriageReturn, controlSequence, linesOf, onScreen, visibleOutput } from './visible-output.ts';

const written = (...texts: readonly string[]): string => {
  const parts: string[] = [];
  const output = visibleOutput(visibleOutput({ write: (text) => parts.push(text) }));
  for (const text of texts) output.write(text);
  return parts.join('');
};

it('passes our own control sequences on, and makes all others visible', () => {
  const red = `${controlSequence('31m')}a\u001b[2Jb${controlSequence('39m')}`;
  expect(written(`${carriageReturn()}${red}\n`)).toBe('\r\u001b[31ma\\u001b[2Jb\u001b[39m\n');
});

it('makes the rest of a truncated sequence of ours visible, and an invalid one', () => {
  expect(onScreen(`${controlSequence('')}|`)).toMatch(/^\\u001b\[\|$/);
  expect(onScreen(controlSequence('31m').slice(0, 9))).toMatch(/^\\u001b[\da-f]{8}$/);
});

it('escapes a line feed within a line, and keeps the tabs between fields', () => {
  expect(linesOf(['a\tb', 'c\nd'])).toBe('a\tb\nc\\nd\n');
});

it('returns the current width of the terminal', () => {
  const stream = { write: () => true, isTTY: true, columns: 80 };
  const output = visibleOutput(stream);
  stream.columns = 40;
  expect([output.isTTY, output.columns, output.rows]).toEqual([true, 40, undefined]);
});
