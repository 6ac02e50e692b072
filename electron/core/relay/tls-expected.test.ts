import { describe, expect, test } from 'vitest';
import { expectsTls } from './tls-expected.ts';

const get = 'G'.charCodeAt(0);
const text = (words: string): Uint8Array => Buffer.from(words);

describe('a server that expected TLS', () => {
  test.each([
    ['an alert', Uint8Array.of(0x15, 3, 1, 0, 2, 2, 70)],
    [
      'nginx',
      text('HTTP/1.1 400 Bad Request\r\n\r\n<center>The plain HTTP request was sent to HTTPS port</center>'),
    ],
    ['Go', text('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n')],
  ])('is recognized by %s', (_name, answer) => {
    expect(expectsTls(get, answer)).toBe(true);
  });

  test.each([
    ['an alert to a client that speaks TLS', 0x16, Uint8Array.of(0x15, 3, 3, 0, 2, 2, 40)],
    ['a client that has said nothing', null, Uint8Array.of(0x15, 3, 1, 0, 2, 2, 70)],
    ['another refusal', get, text('HTTP/1.1 400 Bad Request\r\n\r\nno host')],
    ['a page about it', get, text('HTTP/1.1 200 OK\r\n\r\nThe plain HTTP request was sent to HTTPS port')],
    ['a record of another length', get, Uint8Array.of(0x15, 3, 1, 0, 9)],
  ])('is not recognized by %s', (_name, firstAsked, answer) => {
    expect(expectsTls(firstAsked, answer)).toBe(false);
  });
});
