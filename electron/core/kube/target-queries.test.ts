import { expect, it } from 'vitest';
import { ownerQuery, podQueries } from './target-queries.ts';

it('reads no object of another name, if a gateway ignores the selector', () => {
  const readers = [
    ownerQuery({ kind: 'service', name: 'web' }, 'shop'),
    ownerQuery({ kind: 'deployment', name: 'web' }, 'shop'),
    ...podQueries({ kind: 'pod', name: 'web' }, 'shop', null),
  ];
  const named = (name: string) => ({ metadata: { name }, spec: {} });
  const read = readers.map((query) => [query?.read(named('web'))?.name, query?.read(named('api'))]);
  expect(read).toEqual(readers.map(() => ['web', null]));
});
