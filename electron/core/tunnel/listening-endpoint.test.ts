import { expect, it } from 'vitest';
import { listensOnSocket, lsofArgv } from './listening-endpoint.ts';

const table = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 20001 /run/me/a b.sock
0000000000000000: 00000003 00000000 00000000 0001 03 20002 /run/me/connected.sock
0000000000000000: 00000003 00000000 00000000 0001 03 20003
`;

it.each([
  ['/run/me/a b.sock', true],
  ['/run/me/connected.sock', false],
  ['/run/me/a', false],
  ['', false],
])('finds whether somebody listens on %s: %s', (path, expected) => {
  expect(listensOnSocket(table, path)).toBe(expected);
});

it('asks lsof for listeners only, without names', () => {
  expect(lsofArgv({ kind: 'tcp', host: '127.0.0.1', port: 5432 }).slice(1)).toEqual([
    ...['-n', '-P', '-iTCP:5432', '-sTCP:LISTEN', '-F', 'p'],
  ]);
  expect(lsofArgv({ kind: 'unix', path: '/run/a' }).slice(1)).toEqual([
    '-n',
    '-P',
    '-F',
    'p',
    '--',
    '/run/a',
  ]);
});
