import { describe, expect, it } from 'vitest';
import { readSocks, replyFor, socksReply, type SocksStep } from './socks-request.ts';

const bytes = (...parts: readonly (number | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

/** `connect 5 db:5432, 7 left`, `more`, `refused 0507…: reason` */
function render(step: SocksStep, received: Buffer): string {
  switch (step.kind) {
    case 'more':
      return 'more';
    case 'greeted':
      return `greeted ${step.reply.toString('hex')}, ${received.length - step.used} left`;
    case 'connect':
      return `connect ${step.version} ${step.to.host} ${step.to.port}, ${received.length - step.used} left`;
    case 'refused':
      return `refused ${step.reply?.toString('hex') ?? 'without reply'}: ${step.reason}`;
  }
}

describe('a SOCKS request', () => {
  it.each<readonly [string, Buffer, boolean, string]>([
    ['nothing yet', bytes(), false, 'more'],
    ['half a greeting', bytes(5, 2, 0), false, 'more'],
    ['a greeting', bytes(5, 2, 2, 0), false, 'greeted 0500, 0 left'],
    ['a greeting with more behind it', bytes(5, 1, 0, 5, 1), false, 'greeted 0500, 2 left'],
    [
      'a greeting that requires a password',
      bytes(5, 1, 2),
      false,
      'refused 05ff: the client requires a login, which this proxy does not offer',
    ],
    ['an IPv4 address', bytes(5, 1, 0, 1, 10, 0, 0, 9, 0, 80), true, 'connect 5 10.0.0.9 80, 0 left'],
    [
      'an IPv6 address',
      bytes(5, 1, 0, 4, ...[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 1, 0xbb),
      true,
      'connect 5 2001:db8:0:0:0:0:0:1 443, 0 left',
    ],
    ['a name', bytes(5, 1, 0, 3, 2, 'db', 0x15, 0x38, 'early'), true, 'connect 5 db 5432, 5 left'],
    ['half a name', bytes(5, 1, 0, 3, 9, 'db'), true, 'more'],
    [
      'an empty name',
      bytes(5, 1, 0, 3, 0, 0, 80),
      true,
      'refused 05010001000000000000: the client sent no valid target',
    ],
    [
      'a name with a line end',
      bytes(5, 1, 0, 3, 3, 'a\nb', 0, 80),
      true,
      'refused 05010001000000000000: the client sent no valid target',
    ],
    [
      'BIND',
      bytes(5, 2, 0, 1),
      true,
      'refused 05070001000000000000: the client requested BIND; only CONNECT works over ssh',
    ],
    [
      'UDP ASSOCIATE',
      bytes(5, 3, 0, 1),
      true,
      'refused 05070001000000000000: the client requested UDP ASSOCIATE; only CONNECT works over ssh',
    ],
    [
      'an unknown kind of address',
      bytes(5, 1, 0, 9, 1),
      true,
      'refused 05080001000000000000: the client sent an unknown address type (9)',
    ],
    ['version 4', bytes(4, 1, 0, 80, 10, 0, 0, 9, 'me', 0, 'early'), false, 'connect 4 10.0.0.9 80, 5 left'],
    ['version 4a', bytes(4, 1, 0, 80, 0, 0, 0, 1, 0, 'db', 0), false, 'connect 4 db 80, 0 left'],
    ['half of version 4a', bytes(4, 1, 0, 80, 0, 0, 0, 1, 0, 'd'), false, 'more'],
    [
      'BIND of version 4',
      bytes(4, 2),
      false,
      'refused 005b000000000000: the client requested BIND; only CONNECT works over ssh',
    ],
    [
      'a user without an end',
      bytes(4, 1, 0, 80, 10, 0, 0, 9, 'x'.repeat(300)),
      false,
      "refused 005b000000000000: the client's request is too long",
    ],
    [
      'HTTP',
      bytes('GET / HTTP/1.1'),
      false,
      'refused without reply: the client speaks HTTP or another protocol, not SOCKS; configure this port as a SOCKS proxy (socks5h://)',
    ],
    [
      'TLS',
      bytes(0x16, 3, 1),
      false,
      'refused without reply: the client speaks TLS, not SOCKS; configure this port as a SOCKS proxy',
    ],
    [
      'another version after the greeting',
      bytes(4, 1),
      true,
      'refused without reply: the client does not speak SOCKS',
    ],
  ])('%s', (_, received, isGreeted, expected) => {
    expect(render(readSocks(received, isGreeted), received)).toBe(expected);
  });

  it('is parsed the same however it is split', () => {
    const whole = bytes(5, 1, 0, 3, 11, 'example.org', 0, 80);
    for (let length = 0; length < whole.length; length++)
      expect(readSocks(whole.subarray(0, length), true).kind).toBe('more');
    expect(readSocks(whole, true)).toMatchObject({ kind: 'connect', used: whole.length });
  });
});

describe('the reply to a refusal', () => {
  it.each([
    [1, 'open failed', 'notAllowed'],
    [2, 'Connection refused', 'refused'],
    [2, 'Network is unreachable', 'networkUnreachable'],
    [2, 'No route to host', 'hostUnreachable'],
    [2, 'Connection timed out', 'hostUnreachable'],
    [2, 'Name or service not known', 'hostUnreachable'],
    [2, 'unknown host (Temporary failure in name resolution)', 'hostUnreachable'],
    [4, 'shortage', 'failure'],
    [null, 'Session open refused by peer', 'refused'],
  ])('%s %s', (code, reason, expected) => {
    expect(replyFor({ kind: 'refused', code, reason })).toBe(expected);
  });

  it('has the codes of each version', () => {
    expect(socksReply(5, 'notAllowed')[1]).toBe(2);
    expect(socksReply(4, 'succeeded')[1]).toBe(0x5a);
    expect(socksReply(4, 'refused')[1]).toBe(0x5b);
    expect(replyFor({ kind: 'gone', reason: 'x' })).toBe('failure');
  });
});
