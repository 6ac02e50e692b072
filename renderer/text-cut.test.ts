import { expect, it } from 'vitest';
import { textCutOf } from './text-cut.ts';

const alef = 'א';

it.each([
  ['a long text before its last letters', 'the-payments-team-database', 'the-payments-team-', 'database'],
  ['a text from right to left the same way', alef.repeat(21), alef.repeat(13), alef.repeat(8)],
  ['no letter from its accent', 'a-long-prefix-of-my-cafe\u0301', 'a-long-prefix-of', '-my-cafe\u0301'],
])('cuts %s', (_, text, head, tail) => {
  expect(textCutOf(text)).toEqual({ head, tail });
});

it.each([
  ['a short text', 'postgres'],
  ['a text of both directions, whose letters would change places', `prod · svc/mixed-${alef}${alef}-name`],
])('does not cut %s', (_, text) => {
  expect(textCutOf(text)).toBeNull();
});
