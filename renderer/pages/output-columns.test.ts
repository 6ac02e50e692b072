import { expect, it } from 'vitest';
import { inColumns } from './output-columns.ts';

it('keeps a table in columns, and takes the room that none of its cells needs', () => {
  expect(
    inColumns([
      'NAME      READY   STATUS             RESTARTS      AGE',
      'redis-0   0/1     CrashLoopBackOff   12 (3m ago)   41m',
    ]),
  ).toEqual([
    'NAME     READY  STATUS            RESTARTS     AGE',
    'redis-0  0/1    CrashLoopBackOff  12 (3m ago)  41m',
  ]);
});

it('only takes the padding from lines that are no table', () => {
  expect(inColumns(['No resources found     in shop', 'a', ''])).toEqual([
    'No resources found  in shop',
    'a',
    '',
  ]);
});
