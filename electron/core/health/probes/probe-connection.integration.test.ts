import { lookup } from 'node:dns/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TargetProbe } from '../../../../shared/service-spec.ts';
import { Scope } from '../../scope.ts';
import { ask, finding, grpc, httpSpec, kafka, postgres, redis, ssh, tcp, tlsSpec } from './testing/ask.ts';
import { http2Frames, httpInterim, kafkaApiVersions, postgresError } from './testing/protocol-servers.ts';
import { makeCertificate } from './testing/test-certificate.ts';
import {
  answers,
  closesAtOnce,
  dripsAfter,
  floodsAfter,
  listen,
  neverAnswers,
  resetsAtOnce,
  sendsGarbage,
  type Behavior,
  type ListenOptions,
  type TestServer,
} from './testing/test-server.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());

const serve = async (behavior: Behavior, options: ListenOptions = {}): Promise<TestServer> => {
  const server = await listen(behavior, options);
  scope.own('server', () => server.close());
  return server;
};

/** Open connections of this process, including those of its servers. */
const openSockets = (): number =>
  process.getActiveResourcesInfo().filter((name) => /^(TCPSocket|TLS|Pipe|TCPConnect|PipeConnect)/.test(name))
    .length;
const socketsAtRest = openSockets();

const http = httpSpec({ expectedContent: 'ok' });
const https = httpSpec({ type: 'https', verifySsl: false, expectedContent: 'ok' });
const login: TargetProbe = { ...postgres, user: 'app', password: 'secret' };
const plainLogin: TargetProbe = { ...postgres, user: 'app', password: 'secret', sslmode: 'disable' };
const redisLogin: TargetProbe = { ...redis, password: 'secret' };
const encrypted = { tls: true, verifySsl: false } as const;
const specs: readonly TargetProbe[] = [
  ...[tcp, ssh, http, https, tlsSpec, postgres, login, plainLogin, kafka, redis, redisLogin, grpc],
  ...[
    { ...kafka, ...encrypted },
    { ...redis, ...encrypted },
    { ...grpc, ...encrypted },
  ],
];

const certificate = makeCertificate({
  host: 'localhost',
  notBefore: new Date('2020-01-01'),
  notAfter: new Date('2049-01-01'),
});

const head = 'HTTP/1.1 200 OK\r\n\r\n';
const kafkaHead = kafkaApiVersions(0x4c50).subarray(0, 8).toString('latin1');

/**
 * Shorter than any wait of a probe (the shortest is for a graceful close), and longer than the stalls of a busy
 * machine.
 */
const atOnceMs = 200;

describe('canceling a probe', () => {
  it.each([
    ['tcp: silence', tcp, neverAnswers, {}],
    ['http: silence', http, neverAnswers, {}],
    ['http: headers that never end', http, dripsAfter('HTTP/1.1 200 OK\r\n'), {}],
    ['http: a body that drips', http, dripsAfter(head), {}],
    ['https: no handshake', https, neverAnswers, {}],
    ['https: silence after the handshake', https, neverAnswers, { certificate }],
    ['https: a body that drips', https, dripsAfter(head), { certificate }],
    ['postgres: silence', postgres, neverAnswers, {}],
    ['postgres: silence where TLS was to begin', login, answers('S'), {}],
    ['postgres: silence after the login', plainLogin, neverAnswers, {}],
    ['postgres: a login that drips', plainLogin, dripsAfter('R\u0000\u0000\u0010\u0000'), {}],
    ['redis: silence', redisLogin, neverAnswers, {}],
    ['redis: an answer that drips', redis, dripsAfter('+'), {}],
    ['ssh: silence', ssh, neverAnswers, {}],
    ['tls: no handshake', tlsSpec, neverAnswers, {}],
    ['grpc: silence', grpc, neverAnswers, {}],
    ['grpc: silence over TLS', { ...grpc, ...encrypted }, neverAnswers, { certificate }],
    ['kafka: silence', kafka, neverAnswers, {}],
    ['kafka: an answer that drips', kafka, dripsAfter(kafkaHead), {}],
  ] as [string, TargetProbe, Behavior, ListenOptions][])(
    'ends it at once, with no socket left: %s',
    async (_, spec, behavior, options) => {
      const server = await serve(behavior, options);
      const cancellation = new AbortController();
      const result = ask(server.endpoint, spec, { timeoutMs: 20_000, signal: cancellation.signal });
      await expect.poll(() => server.openConnections()).toBe(1);
      // Long enough for the first bytes in both directions; the servers run in this process.
      await Promise.race([result, ask(server.endpoint, tcp, { timeoutMs: 100 })]);

      const canceledAt = performance.now();
      cancellation.abort();
      expect(await result).toEqual({ kind: 'canceled' });
      expect(performance.now() - canceledAt).toBeLessThan(atOnceMs);
      await expect.poll(() => [server.openConnections(), openSockets()]).toEqual([0, socketsAtRest]);
    },
  );

  it('ends a probe at once that only waits for the remote end to close', async () => {
    const server = await serve(dripsAfter(head));
    const cancellation = new AbortController();
    const noContent = httpSpec();
    const result = ask(server.endpoint, noContent, { timeoutMs: 20_000, signal: cancellation.signal });
    await expect.poll(() => server.openConnections()).toBe(1);
    await ask(server.endpoint, tcp, { timeoutMs: 100 });
    const canceledAt = performance.now();
    cancellation.abort();
    expect(await result).toMatchObject({ kind: 'passed' });
    expect(performance.now() - canceledAt).toBeLessThan(atOnceMs);
  });

  it('does not wait for a graceful close by a server that does not read', async () => {
    const server = await serve((socket) => socket.pause());
    const cancellation = new AbortController();
    const result = ask(server.endpoint, http, { timeoutMs: 20_000, signal: cancellation.signal });
    await expect.poll(() => server.openConnections()).toBe(1);
    const canceledAt = performance.now();
    cancellation.abort();
    expect(await result).toEqual({ kind: 'canceled' });
    expect(performance.now() - canceledAt).toBeLessThan(atOnceMs);
  });

  it('ends a probe at once during a name lookup, and connects nowhere', async () => {
    const server = await serve(neverAnswers);
    const cancellation = new AbortController();
    const endpoint = { ...server.endpoint, host: 'localhost' };
    const result = ask(endpoint, tcp, { timeoutMs: 20_000, signal: cancellation.signal });
    cancellation.abort();
    expect(await result).toEqual({ kind: 'canceled' });
    // Later than the canceled lookup: a connection that followed it would stay open.
    await lookup('localhost', { all: true });
    await ask(server.endpoint, tcp, { timeoutMs: 100 });
    expect([server.openConnections(), openSockets()]).toEqual([0, socketsAtRest]);
  });

  it('connects nowhere if it is canceled first', async () => {
    let connections = 0;
    const server = await serve(() => (connections += 1));
    const signal = AbortSignal.abort();
    expect(await ask(server.endpoint, tcp, { signal })).toEqual({ kind: 'canceled' });
    expect(connections).toBe(0);
  });
});

describe('a probe of a hostile server', () => {
  const behaviors: readonly (readonly [string, Behavior])[] = [
    ['never answers', neverAnswers],
    ['closes at once', closesAtOnce],
    ['resets at once', resetsAtOnce],
    ['sends garbage', sendsGarbage],
    ['drips', dripsAfter(head)],
    ['floods', floodsAfter(head)],
    ['floods with something else', floodsAfter(postgresError('x', 'y', 'z').toString('latin1'))],
    ['floods with a login', floodsAfter('N\u0000\u0000\u0000\u0006\u0000\u0000')],
    ['floods with one Redis line', floodsAfter('+')],
    ['floods with a greeting', floodsAfter('hello\r\n')],
  ];

  it.each(behaviors)(
    'ends within its timeout, whatever the protocol, when the server %s',
    async (_, behavior) => {
      const [plain, encrypted] = [await serve(behavior), await serve(behavior, { certificate })];
      const startedAt = performance.now();
      const results = await Promise.all(
        [plain, encrypted].flatMap(({ endpoint }) =>
          specs.map((spec) => ask(endpoint, spec, { timeoutMs: 400 })),
        ),
      );
      // The servers run in this process too, and stalls do not count toward the 400 ms.
      expect(performance.now() - startedAt).toBeLessThan(2000);
      expect(results.map(({ kind }) => kind)).not.toContain('canceled');
      await expect
        .poll(() => [plain.openConnections(), encrypted.openConnections(), openSockets()])
        .toEqual([0, 0, socketsAtRest]);
    },
  );
});

describe('a flood that the protocol allows', () => {
  const interim = floodsAfter('', httpInterim);
  const frames = floodsAfter(http2Frames.settings, http2Frames.windowUpdate);

  it.each([
    ['http', http, interim, {}],
    ['https', https, interim, { certificate }],
    ['grpc', grpc, frames, {}],
    ['grpc over TLS', { ...grpc, ...encrypted }, frames, { certificate }],
  ] as [string, TargetProbe, Behavior, ListenOptions][])(
    'ends a check long before its timeout: %s',
    async (_, spec, behavior, options) => {
      let bytesSent = 0;
      const server = await serve((socket) => {
        behavior(socket);
        socket.once('close', () => (bytesSent = socket.bytesWritten));
      }, options);
      expect(await finding(ask(server.endpoint, spec, { timeoutMs: 25_000 }))).toBe(
        'the service sent more than 2 MB in response to one check',
      );
      await expect.poll(() => [server.openConnections(), openSockets()]).toEqual([0, socketsAtRest]);
      // Bytes in kernel buffers count as sent; bytes read by TLS and HTTP/2 are polled every 50 ms.
      expect(bytesSent).toBeGreaterThan(2 * 1024 * 1024);
      expect(bytesSent).toBeLessThan(200 * 1024 * 1024);
    },
  );
});

/** A type byte, a length that counts itself and the data after it, and that much data. */
const message = (type: string, lengthField: number, body: string): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(lengthField, 1);
  return Buffer.concat([head, Buffer.from(body, 'latin1')]);
};

describe('a PostgreSQL login to another server', () => {
  // Each of these would make the library alone block the event loop or end the process.
  it.each([
    ['an error message without an end', message('E', 10, 'SFATAL')],
    ['an error message with half an end', message('E', 7, 'SF\u0000')],
    ['a notice without an end', message('N', 10, 'SFATAL')],
    ['a message of no length', message('S', 0, '')],
    ['a message of negative length', message('S', -1, '')],
    ['a message of a gigabyte', message('S', 1 << 30, 'abc')],
    ['an unknown authentication request', message('R', 8, '\u0000\u0000\u0000\u00ff')],
    ['a row of minus one fields', message('D', 6, '\u00ff\u00ff')],
    ['a message cut off in a number', message('R', 6, '\u0000\u0000')],
    ['an unknown message', message('?', 4, '')],
    ['garbage', Buffer.from('\u0007\u0000garbage, and no end of line'.repeat(20))],
  ])('fails and keeps running after %s', async (_, bytes) => {
    const server = await serve(answers(bytes));
    expect(await finding(ask(server.endpoint, plainLogin, { timeoutMs: 400 }))).toBe(
      'the answer is not PostgreSQL',
    );
    await expect.poll(() => [server.openConnections(), openSockets()]).toEqual([0, socketsAtRest]);
  });

  it('does not start TLS when the server sends more than its consent', async () => {
    const server = await serve(answers(Buffer.concat([Buffer.from('S'), message('R', 8, '\0\0\0\0')])));
    expect(await finding(ask(server.endpoint, login))).toBe('the answer is not PostgreSQL');
  });
});
