import { expect, test } from 'vitest';
import { parseJumpHost } from './jump-host.ts';

test.each([
  ['gate', { user: null, host: 'gate', port: null }],
  ['gate:2200', { user: null, host: 'gate', port: '2200' }],
  ['me@gate', { user: 'me', host: 'gate', port: null }],
  ['me@corp@gate:22', { user: 'me@corp', host: 'gate', port: '22' }],
  ['[::1]:2200', { user: null, host: '::1', port: '2200' }],
  ['me@[fe80::1]', { user: 'me', host: 'fe80::1', port: null }],
  ['ssh://gate', { user: null, host: 'gate', port: null }],
  ['ssh://me@gate:22', { user: 'me', host: 'gate', port: '22' }],
  ['fe80::1', { user: null, host: 'fe80::1', port: null }],
])('reads the jump host %s', (text, expected) => {
  expect(parseJumpHost(text)).toEqual(expected);
});
