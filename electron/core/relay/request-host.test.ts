import { expect, it } from 'vitest';
import { headEnd, hostOfHead } from './request-host.ts';

const head = (...lines: readonly string[]): string => lines.join('\r\n');

it.each<readonly [string, string | null]>([
  [head('GET / HTTP/1.1', 'Host: Web.Example:8443'), 'web.example'],
  [head('GET / HTTP/1.1', 'Accept: */*', 'hOST:localhost.'), 'localhost'],
  [head('GET / HTTP/1.1', 'Host: [::1]:80'), '::1'],
  [head('GET http://a/ HTTP/1.1', 'Host: a'), 'a'],
  [head('GET http://evil/ HTTP/1.1', 'Host: a'), null],
  [head('GET / HTTP/1.1', 'Host: a', 'Host: evil'), null],
  [head('GET / HTTP/1.1', 'Host: a', ' evil'), null],
  [head('GET / HTTP/1.1', 'Host : a'), null],
  [head('GET / HTTP/1.1', 'X-Host: a'), null],
  [head('GET / HTTP/1.0'), null],
  [head('GET /', 'Host: a'), null],
  ['\x16\x03\x01', null],
])('reads the host of %j', (text, expected) => {
  expect(hostOfHead(text)).toBe(expected);
});

it('finds the end of a head', () => {
  expect([
    headEnd(Buffer.from('a\r\n\r\nb')),
    headEnd(Buffer.from('a\n\nb')),
    headEnd(Buffer.from('a\r\n')),
  ]).toEqual([1, 1, -1]);
});
