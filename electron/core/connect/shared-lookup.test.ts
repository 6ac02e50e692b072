import { beforeEach, expect, it } from 'vitest';
import { shareLookups } from './shared-lookup.ts';

let now: number;
let asked: { readonly name: string; readonly answer: (address: string) => void }[];
let found: string[];
let ask: (name: string) => void;
let isUnanswered: (name: string) => boolean;

beforeEach(() => {
  now = 0;
  asked = [];
  found = [];
  const lookups = shareLookups(
    (name, onDone) => {
      asked.push({ name, answer: (address) => onDone(null, [address]) });
    },
    { now: () => now },
  );
  ({ isUnanswered } = lookups);
  ask = (name) => lookups.lookUp(name, (_, addresses) => found.push(...addresses));
});

it('looks a name up once for all who ask meanwhile, and again for who asks later', () => {
  for (const name of ['a', 'b', 'a', 'a']) ask(name);
  expect(asked.map(({ name }) => name)).toEqual(['a', 'b']);
  asked[0]?.answer('::1');
  expect(found).toEqual(['::1', '::1', '::1']);
  ask('a');
  asked[2]?.answer('::2');
  expect([asked.length, found.at(-1)]).toEqual([3, '::2']);
});

it('knows for which names the resolver gives no answer', () => {
  ask('a');
  now = 999;
  ask('b');
  expect(['a', 'b', 'c'].map(isUnanswered)).toEqual([false, false, false]);
  now = 1_000;
  expect(['a', 'b', 'c'].map(isUnanswered)).toEqual([true, false, false]);
  asked[0]?.answer('::1');
  expect(isUnanswered('a')).toBe(false);
});

it('does not wait for a lookup that may never be answered, but starts no more than two', () => {
  ask('a');
  now = 1_000;
  ask('a');
  now = 60_000;
  ask('a');
  expect(asked).toHaveLength(2);
  asked[1]?.answer('::1');
  expect(found).toEqual(['::1', '::1']);
  asked[0]?.answer('::2');
  ask('a');
  expect(asked).toHaveLength(3);
});
