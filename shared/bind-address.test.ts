import { expect, it } from 'vitest';
import {
  bindsOverlap,
  isOpenToOthers,
  localAddress,
  parseBindAddress,
  type BindAddress,
} from './bind-address.ts';

it.each<readonly [string, BindAddress | undefined]>([
  ['localhost', null],
  ['LOCALHOST', null],
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['::', '::'],
  ['[::1]', '::1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['FE80::1%eth0', 'fe80::1%eth0'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['*', undefined],
  ['', undefined],
  ['127.1', undefined],
  ['010.0.0.1', undefined],
  ['256.0.0.1', undefined],
  ['1.2.3.4.5', undefined],
  ['::g', undefined],
  ['fe80::1%', undefined],
  ['example.com', undefined],
])('reads %s as %s', (text, expected) => {
  expect(parseBindAddress(text)).toBe(expected);
});

it.each<readonly [BindAddress, BindAddress, boolean]>([
  [null, null, true],
  [null, '127.0.0.1', true],
  [null, '::1', true],
  [null, '127.0.0.2', false],
  ['127.0.0.1', '::1', false],
  ['0.0.0.0', null, true],
  ['::', '192.0.2.1', true],
  ['192.0.2.1', '192.0.2.2', false],
])('knows whether %s and %s conflict: %s', (one, other, expected) => {
  expect([bindsOverlap(one, other), bindsOverlap(other, one)]).toEqual([expected, expected]);
});

it.each<readonly [BindAddress, string, boolean]>([
  [null, 'localhost:80', false],
  ['127.0.0.1', 'localhost:80', false],
  ['127.0.0.2', '127.0.0.2:80', false],
  ['::1', '[::1]:80', false],
  ['0.0.0.0', '0.0.0.0:80', true],
  ['::', '[::]:80', true],
  ['192.0.2.1', '192.0.2.1:80', true],
])('writes %s as %s; open to others: %s', (bind, address, isOpen) => {
  expect([localAddress({ bind, localPort: 80 }), isOpenToOthers(bind)]).toEqual([address, isOpen]);
});
