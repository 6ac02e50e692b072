import { expect, it } from 'vitest';
import { lsofArgv } from './listening-endpoint.ts';

it('asks lsof for listeners only, without name resolution', () => {
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
