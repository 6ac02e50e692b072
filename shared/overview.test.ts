import { expect, test } from 'vitest';
import { checking, connecting, ready, retrying, service, up } from '../renderer/testing/service-samples.ts';
import { overviewOf } from './overview.ts';
import type { ServiceSnapshot, Snapshot } from './service-snapshot.ts';

const inTrouble = (name: string): ServiceSnapshot => retrying(name, ['exited']);
const words = (
  services: readonly ServiceSnapshot[],
  status: Snapshot['config']['status'] = 'loaded',
): string => {
  const { headline, detail, tone, attention } = overviewOf({ services, config: { status } });
  return `${tone} ${attention}: ${[headline, ...(detail === null ? [] : [detail])].join(' | ')}`;
};

test.each<[string, readonly ServiceSnapshot[], Snapshot['config']['status']?]>([
  ['off 0: No forwards', []],
  ['off 0: All off', [service('a'), service('b')]],
  ['up 0: 1 up', [up('a')]],
  ['up 0: Both up', [up('a'), up('b')]],
  ['up 0: 2 up | 1 off', [up('a'), ready('b'), service('c')]],
  ['working 0: 0 of 1 up | 1 connecting', [connecting('a')]],
  [
    'working 0: 1 of 2 up | 1 connecting',
    [up('a'), connecting('b'), service('c', { phase: 'stopping', desired: 'off' })],
  ],
  ['checking 0: 1 of 2 up | 1 checking', [up('a'), checking('b'), service('c')]],
  ['working 0: 1 of 3 up | 1 connecting, 1 checking', [up('a'), checking('b'), connecting('c')]],
  ['trouble 1: 1 needs attention | 1 of 2 up', [up('a'), inTrouble('b'), service('c')]],
  [
    'trouble 2: 2 need attention | 1 of 4 up, 1 checking',
    [up('a'), inTrouble('b'), inTrouble('c'), checking('d')],
  ],
  ['trouble 1: The config needs attention | 1 of 1 up', [up('a')], 'broken'],
  ['trouble 1: The config needs attention | 1 of 1 up', [up('a')], 'partial'],
  ['trouble 1: The config needs attention', [], 'untrusted'],
  ['trouble 1: The config needs attention | All off', [service('a')], 'broken'],
  ['trouble 2: 2 need attention | 1 of 2 up', [up('a'), inTrouble('b')], 'broken'],
  ['up 0: 1 up', [up('welcome')], 'welcome'],
])('it reads %s', (expected, services, status) => {
  expect(words(services, status)).toBe(expected);
});
