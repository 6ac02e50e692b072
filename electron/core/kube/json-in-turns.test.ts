import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ComplexJsonError, parseAtOnce, parseInTurns } from './json-in-turns.ts';

const parse = (text: string): Promise<unknown> => parseInTurns(Buffer.from(text));

describe('JSON that is parsed in turns', () => {
  it('has the same value as if it were parsed at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.array(fc.jsonValue()))),
        fc.constantFrom(0, 1),
        async (value, indent) => {
          const text = JSON.stringify(value, null, indent);
          expect(JSON.stringify(await parse(text))).toBe(JSON.stringify(JSON.parse(text)));
        },
      ),
    );
  });

  it.each([
    '',
    '{',
    '{"a":[1,]}',
    '{"a":[,1]}',
    '{"a":[1}',
    '{"a":[1]]',
    '[',
    ']',
    '{"a":[1],',
    '{"a":["]}',
    '{"a":[ ,]}',
    '"\\',
  ])('is refused where JSON.parse refuses it: %s', async (text) => {
    await expect(parse(text)).rejects.toBeInstanceOf(SyntaxError);
  });

  it('keeps the last of several lists of the same name', async () => {
    await expect(parse('{"a":[1,2],"b":[3],"a":[4]}')).resolves.toEqual({ a: [4], b: [3] });
  });

  it.each([
    ['lists in a list', `{"items":[[${'[],'.repeat(60_000)}0]]}`],
    ['a long list', `{"items":[${'0,'.repeat(60_000)}0]}`],
    ['a list that is the answer', `[${'{},'.repeat(60_000)}0]`],
    ['depth', '['.repeat(60_000)],
    ['a long text', `{"message":"${'x'.repeat(5_000_000)}"}`],
    ['a long text in a list', `{"items":["${'x'.repeat(5_000_000)}"]}`],
    ['keys', `{${Array.from({ length: 60_000 }, (_, index) => `"${index}":1`).join()}}`],
  ])('is refused if it is too complex: %s', async (_, text) => {
    await expect(parse(text)).rejects.toBeInstanceOf(ComplexJsonError);
    expect(() => parseAtOnce(text)).toThrow(ComplexJsonError);
  });

  it('may have any marks in its strings, such as the former text of an object', async () => {
    const text = JSON.stringify({ annotation: '{"a":[1,2]},'.repeat(30_000), '"': '\\' });
    expect(parseAtOnce(text)).toEqual(JSON.parse(text));
    await expect(parse(text)).resolves.toEqual(JSON.parse(text));
  });

  it('leaves turns to others: a large list takes many', async () => {
    const item = {
      metadata: {
        name: 'x'.repeat(1_000),
        labels: Object.fromEntries(Array.from({ length: 100 }, (_, n) => [n, ''])),
      },
    };
    const list = { items: Array.from({ length: 500 }, () => item) };
    let turns = 0;
    const count = (): void => {
      turns += 1;
      turning = setImmediate(count);
    };
    let turning = setImmediate(count);
    expect(await parse(JSON.stringify(list))).toEqual(list);
    clearImmediate(turning);
    expect(turns).toBeGreaterThan(5);
  });
});
