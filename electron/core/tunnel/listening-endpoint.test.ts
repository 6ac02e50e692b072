import { expect, it } from 'vitest';
import { hasListener, lsofArgv } from './listening-endpoint.ts';

it('asks lsof for listeners only, without name resolution', () => {
  expect(lsofArgv({ kind: 'tcp', host: '127.0.0.1', port: 5432 }).slice(1)).toEqual([
    ...['-n', '-P', '-iTCP:5432', '-sTCP:LISTEN', '-F', 'n'],
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

it.each([
  ['p1\nn127.0.0.1:5432\n', '127.0.0.1', true],
  ['p1\nn*:5432\n', '127.0.0.1', true],
  ['p1\nn*:5432\n', '::1', true],
  ['p1\nn[::1]:5432\n', '127.0.0.1', false],
  ['p1\nn[::1]:5432\np2\nn127.0.0.1:5432\n', '::1', true],
  ['', '127.0.0.1', false],
])('finds a listener at the address in the output of lsof: %j, %s', (output, host, isThere) => {
  expect(hasListener(output, { kind: 'tcp', host, port: 5432 })).toBe(isThere);
});
