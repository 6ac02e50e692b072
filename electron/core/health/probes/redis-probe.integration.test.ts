// Against a real Redis, and against other servers.
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasRedis, startRedis, type Redis, type RedisOptions } from '../../../../e2e/fixtures/redis.ts';
import { Scope } from '../../scope.ts';
import type { RedisProbeSpec } from './redis-probe.ts';
import { ask, causeOf, finding, redis } from './testing/ask.ts';
import { makeCertificate } from './testing/test-certificate.ts';
import { answers, closesAtOnce, listen, neverAnswers, type Behavior } from './testing/test-server.ts';

let scope: Scope;
const everything = new Scope('servers');
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());
afterAll(() => everything.close());

const certificate = makeCertificate({
  host: 'cache.internal',
  notBefore: new Date('2020-01-01'),
  notAfter: new Date('2049-01-01'),
});

const serve = async (options: RedisOptions = {}): Promise<Redis> => {
  const server = await startRedis(options);
  everything.own('redis', () => server.dispose());
  return server;
};

const check = ({ port }: Redis, given: Partial<RedisProbeSpec> = {}): Promise<unknown> => {
  const spec = { ...redis, ...given };
  return causeOf(ask({ kind: 'tcp', host: '127.0.0.1', port }, spec), spec);
};

const wrongPassword = 'WRONGPASS invalid username-password pair or user is disabled.';

describe.skipIf(!hasRedis)('a check of Redis', () => {
  it('passes with PONG', async () => {
    expect(await check(await serve())).toBe('passed');
  });

  it('logs in as the default user or another one', async () => {
    const server = await serve({ password: 'open sesame'.replace(' ', '-'), users: ['app on >k3y +ping'] });
    expect(await check(server, { password: 'open-sesame' })).toBe('passed');
    expect(await check(server, { user: 'app', password: 'k3y' })).toBe('passed');
    expect(await check(server, { password: 'wrong' })).toEqual([
      'check-refused',
      'Redis refused the login of default',
      wrongPassword,
    ]);
    expect(await check(server, { user: 'bob', password: 'k3y' })).toEqual([
      'check-refused',
      'Redis refused the login of bob',
      wrongPassword,
    ]);
  });

  it('passes if the server requires a login and none is configured', async () => {
    expect(await check(await serve({ password: 'secret' }))).toBe('passed');
  });

  it('is refused if the server has no logins', async () => {
    expect(await check(await serve(), { password: 'secret' })).toEqual([
      'check-refused',
      'Redis refused the login of default',
      expect.stringMatching(/^ERR AUTH <password> called without any password configured/),
    ]);
  });

  it('uses TLS and verifies the certificate unless configured otherwise', async () => {
    const server = await serve({ certificate });
    const tls = { tls: true, servername: 'cache.internal' };
    expect(await check(server, { ...tls, verifySsl: false })).toBe('passed');
    expect(await check(server, tls)).toEqual([
      'certificate-invalid',
      'The certificate of cache.internal is not trusted',
      'the certificate is self-signed',
    ]);
    expect(await check(server)).toEqual([
      'check-failed',
      'The connection was closed before the service answered',
      'the connection was closed before Redis answered',
    ]);
  });

  it('fails with the message of a server that is temporarily unavailable', async () => {
    const server = await serve({ config: ['maxclients 1'] });
    const first = await listen(neverAnswers);
    scope.own('first', () => first.close());
    const { connect } = await import('node:net');
    const other = connect(server.port, '127.0.0.1');
    scope.own('other client', () => Promise.resolve(other.destroy()).then(() => undefined));
    other.write('PING\r\n');
    await new Promise((resolve) => other.once('data', resolve));
    expect(await check(server)).toEqual([
      'check-failed',
      'Redis answered with an error',
      'ERR max number of clients reached',
    ]);
  });
});

describe('a Redis check of another server', () => {
  it.each([
    [
      'is loading its data',
      answers('-LOADING Redis is loading the dataset in memory\r\n'),
      'LOADING Redis is loading the dataset in memory',
    ],
    ['speaks HTTP', answers('HTTP/1.1 400 Bad Request\r\n\r\n'), 'the answer is not Redis'],
    ['answers another command', answers('+OK\r\n'), 'the answer is not Redis'],
    ['never ends its line', answers(`+${'x'.repeat(20_000)}`), 'the answer is not Redis'],
    ['stops in its answer', answers('+PO'), 'no answer within 500 ms'],
    ['closes at once', closesAtOnce, 'the connection was closed before Redis answered'],
    ['never answers', neverAnswers, 'no answer within 500 ms'],
  ] as [string, Behavior, string][])('fails when the server %s', async (_, behavior, expected) => {
    const server = await listen(behavior);
    scope.own('server', () => server.close());
    expect(await finding(ask(server.endpoint, redis, { timeoutMs: 500 }))).toBe(expected);
  });

  it('reads an answer that arrives byte by byte', async () => {
    const server = await listen((socket) => {
      socket.once('data', () => {
        for (const byte of '+PONG\r\n') setImmediate(() => socket.write(byte));
      });
    });
    scope.own('server', () => server.close());
    expect(await finding(ask(server.endpoint, redis))).toBe('passed');
  });

  it('sends passwords that cannot inject a command', async () => {
    const received: Buffer[] = [];
    const server = await listen((socket) => {
      socket.on('data', (bytes: Buffer) => received.push(bytes));
      socket.write('+OK\r\n');
    });
    scope.own('server', () => server.close());
    await ask(server.endpoint, { ...redis, password: 'ä\r\nFLUSHALL\r\n' }, { timeoutMs: 200 });
    expect(Buffer.concat(received).toString()).toContain('*2\r\n$4\r\nAUTH\r\n$14\r\nä\r\nFLUSHALL\r\n\r\n');
  });
});
