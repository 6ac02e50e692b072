import { expect, it } from 'vitest';
import { textCutOf } from './text-cut.ts';

const letter = 'א';

it.each([
  ['a long text before its last letters', 'the-payments-team-database', 'the-payments-team-', 'database'],
  ['a text from right to left the same way', letter.repeat(21), letter.repeat(13), letter.repeat(8)],
  ['no letter from its accent', 'a-long-prefix-of-my-cafe\u0301', 'a-long-prefix-of', '-my-cafe\u0301'],
])('cuts %s', (_, text, head, tail) => {
  expect(textCutOf(text)).toEqual({ head, tail });
});

it.each([
  ['a short text', 'postgres'],
  [
    'a text of both directions, whose letters would change places',
    `prod · svc/mixed-${letter}${letter}-name`,
  ],
])('does not cut %s', (_, text) => {
  expect(textCutOf(text)).toBeNull();
});
