import { describe, expect, it } from 'vitest';
import type { BindAddress } from '../../../shared/bind-address.ts';
import { findLoops, isLoopback, type LoopCandidate } from './loops.ts';

const service = (name: string, localPort: number, leadsTo: number | null): LoopCandidate => ({
  name,
  bind: null,
  localPort,
  leadsTo: leadsTo === null ? null : { host: 'localhost', port: leadsTo },
});

describe('services that lead to themselves', () => {
  it('finds a service whose remote end is its own port', () => {
    expect(findLoops([service('pg', 5432, 5432)])).toEqual([['pg']]);
  });

  it('finds a loop through others, from each of them', () => {
    const ring = [service('a', 1, 2), service('b', 2, 3), service('c', 3, 1)];
    expect(findLoops(ring)).toEqual([
      ['b', 'c', 'a'],
      ['c', 'a', 'b'],
      ['a', 'b', 'c'],
    ]);
  });

  it('accepts a chain, and a chain that leads into a loop of others', () => {
    expect(findLoops([service('a', 1, 2), service('b', 2, null)])).toEqual([null, null]);
    expect(findLoops([service('a', 1, 2), service('b', 2, 2)])).toEqual([null, ['b']]);
  });

  it('follows every service of a port that several share', () => {
    const sharing = [service('a', 1, 2), service('prod', 2, null), service('test', 2, 1)];
    expect(findLoops(sharing)).toEqual([['test', 'a'], null, ['a', 'test']]);
  });

  it.each<readonly [string, BindAddress, string, boolean]>([
    ['another loopback address than its own', '127.0.0.2', '127.0.0.1', false],
    ['its own loopback address', '127.0.0.2', '127.0.0.2', true],
    ['its own address on the network', '192.0.2.7', '192.0.2.7', true],
    ['another machine at its own port', '0.0.0.0', '192.0.2.7', false],
    ['this machine, while it listens on all addresses', '::', '127.0.0.1', true],
    ['this machine by IPv6, while it listens on IPv4 alone', '0.0.0.0', '::1', false],
    ['an address that it does not listen on', null, '127.0.0.2', false],
  ])('judges one that leads to %s', (_, bind, host, isLoop) => {
    const [loop] = findLoops([{ name: 'a', bind, localPort: 1, leadsTo: { host, port: 1 } }]);
    expect(loop).toEqual(isLoop ? ['a'] : null);
  });
});

it.each([
  ['localhost', true],
  ['LocalHost.', true],
  ['db.localhost', true],
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['0.0.0.0', true],
  ['::1', true],
  ['[::1]', true],
  ['0:0:0:0:0:0:0:1', true],
  ['::', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:7f00:1', true],
  ['0:0:0:0:0:ffff:127.0.0.1', true],
  ['::1%lo', true],
  ['127.1', true],
  ['0', true],
  ['2130706433', true],
  ['0x7f.1', true],
  ['::ffff:0.0.0.0', true],
  ['::ffff:10.0.0.1', false],
  ['db_1.internal', false],
  ['10.0.0.1', false],
  ['::2', false],
  ['fe80::1', false],
  ['2001:db8::1', false],
  ['localhost.example.com', false],
])('takes %s for this machine: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
