import { expect, it } from 'vitest';
import { textCutOf } from './text-cut.ts';

it.each([
  ['a long text before its last letters', 'the-payments-service-eu', 'the-payments-se', 'rvice-eu'],
  ['a text from right to left the same way', 'שירות-תשלומים-עם-שם-ארוך', 'שירות-תשלומים-עם', '-שם-ארוך'],
  ['no letter from its accent', `the-payments-service-e\u0301`, 'the-payments-s', 'ervice-e\u0301'],
])('cuts %s', (_, text, head, tail) => {
  expect(textCutOf(text)).toEqual({ head, tail });
});

it.each([
  ['a short text', 'postgres'],
  ['a text of both directions, whose letters would change places', 'prod · svc/mixed-עברית-name'],
])('does not cut %s', (_, text) => {
  expect(textCutOf(text)).toBeNull();
});
