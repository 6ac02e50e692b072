import { expect, it } from 'vitest';
import { shareLookups } from './shared-lookup.ts';

it('looks a name up once for all who ask meanwhile, and again for who asks later', () => {
  const asked: { readonly name: string; readonly answer: () => void }[] = [];
  const lookUp = shareLookups((name, onDone) => {
    asked.push({ name, answer: () => onDone(null, [`${name} ${asked.length}`]) });
  });
  const found: string[] = [];
  const ask = (name: string): void => lookUp(name, (_, addresses) => found.push(...addresses));
  for (const name of ['a', 'b', 'a', 'a']) ask(name);
  expect(asked.map(({ name }) => name)).toEqual(['a', 'b']);
  asked[0]?.answer();
  expect(found).toEqual(['a 2', 'a 2', 'a 2']);
  ask('a');
  asked[2]?.answer();
  expect([asked.length, found.at(-1)]).toEqual([3, 'a 3']);
});
