import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinWords, splitWords } from './command-words.ts';

test.each<[string, readonly string[]]>([
  ['', []],
  ['  cloud-sql-proxy  --port={local_port}\tshop ', ['cloud-sql-proxy', '--port={local_port}', 'shop']],
  [`ssh "a b" 'c "d"'`, ['ssh', 'a b', 'c "d"']],
  [`a\\ b "c\\"d" 'e\\f'`, ['a b', 'c"d', 'e\\f']],
  [`"" x`, ['', 'x']],
  [`half "quoted`, ['half', 'quoted']],
])('%j splits into %j', (line, words) => {
  expect(splitWords(line)).toEqual(words);
});

test('joined words split into the same words again', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 })), (words) => {
      expect(splitWords(joinWords(words))).toEqual(words);
    }),
  );
});

test('placeholders are not quoted', () => {
  expect(joinWords(['proxy', '--port={local_port}', 'a b'])).toBe("proxy --port={local_port} 'a b'");
});
