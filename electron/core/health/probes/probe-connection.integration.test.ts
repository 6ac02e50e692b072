import { afterEach, describe, expect, it } from 'vitest';
import type { ProbeSpec } from '../../../../shared/service-spec.ts';
import { Scope } from '../../scope.ts';
import { ask, httpSpec, kafka, postgres, tcp } from './testing/ask.ts';
import { kafkaApiVersions, postgresError } from './testing/protocol-servers.ts';
import { makeCertificate } from './testing/test-certificate.ts';
import {
  closesAtOnce,
  dripsAfter,
  floodsAfter,
  listen,
  neverAnswers,
  resetsAtOnce,
  sendsGarbage,
  type Behaviour,
  type ListenOptions,
  type TestServer,
} from './testing/test-server.ts';

let scope = new Scope('test');
afterEach(async () => {
  await scope.close();
  scope = new Scope('test');
});

const serve = async (behaviour: Behaviour, options: ListenOptions = {}): Promise<TestServer> => {
  const server = await listen(behaviour, options);
  scope.own('server', () => server.close());
  return server;
};

/** Connections of this process, of the servers in it too. */
const openSockets = (): number =>
  process.getActiveResourcesInfo().filter((name) => /^(TCPSocket|TLS|Pipe|TCPConnect|PipeConnect)/.test(name))
    .length;
const socketsAtRest = openSockets();

const http = httpSpec({ expectedContent: 'ok' });
const https = httpSpec({ type: 'https', verifySsl: false, expectedContent: 'ok' });
const specs: readonly ProbeSpec[] = [tcp, http, https, postgres, kafka];

const certificate = makeCertificate({
  host: 'localhost',
  notBefore: new Date('2020-01-01'),
  notAfter: new Date('2049-01-01'),
});

const head = 'HTTP/1.1 200 OK\r\n\r\n';
const kafkaHead = kafkaApiVersions(0x4c50).subarray(0, 8).toString('latin1');

describe('cancelling a probe', () => {
  it.each([
    ['tcp: silence', tcp, neverAnswers, {}],
    ['http: silence', http, neverAnswers, {}],
    ['http: headers that never end', http, dripsAfter('HTTP/1.1 200 OK\r\n'), {}],
    ['http: a body that drips', http, dripsAfter(head), {}],
    ['https: no handshake', https, neverAnswers, {}],
    ['https: silence after the handshake', https, neverAnswers, { certificate }],
    ['https: a body that drips', https, dripsAfter(head), { certificate }],
    ['postgres: silence', postgres, neverAnswers, {}],
    ['kafka: silence', kafka, neverAnswers, {}],
    ['kafka: an answer that drips', kafka, dripsAfter(kafkaHead), {}],
  ] as [string, ProbeSpec, Behaviour, ListenOptions][])(
    'ends it within 50 ms, with no socket left: %s',
    async (_, spec, behaviour, options) => {
      const server = await serve(behaviour, options);
      const cancellation = new AbortController();
      const result = ask(server.endpoint, spec, { timeoutMs: 20_000, signal: cancellation.signal });
      await expect.poll(() => server.openConnections()).toBe(1);
      // Long enough for the first bytes to and fro: the servers of this file are in this process.
      await Promise.race([result, ask(server.endpoint, tcp, { timeoutMs: 100 })]);

      const cancelledAt = performance.now();
      cancellation.abort();
      expect(await result).toEqual({ kind: 'cancelled' });
      expect(performance.now() - cancelledAt).toBeLessThan(50);
      await expect.poll(() => [server.openConnections(), openSockets()]).toEqual([0, socketsAtRest]);
    },
  );

  it('ends one that only waits for the far end to close, within 50 ms', async () => {
    const server = await serve(dripsAfter(head));
    const cancellation = new AbortController();
    const noContent = httpSpec();
    const result = ask(server.endpoint, noContent, { timeoutMs: 20_000, signal: cancellation.signal });
    await expect.poll(() => server.openConnections()).toBe(1);
    await ask(server.endpoint, tcp, { timeoutMs: 100 });
    const cancelledAt = performance.now();
    cancellation.abort();
    expect(await result).toMatchObject({ kind: 'passed' });
    expect(performance.now() - cancelledAt).toBeLessThan(50);
  });

  it('waits for no goodbye from a server that does not read', async () => {
    const server = await serve((socket) => socket.pause());
    const cancellation = new AbortController();
    const result = ask(server.endpoint, http, { timeoutMs: 20_000, signal: cancellation.signal });
    await expect.poll(() => server.openConnections()).toBe(1);
    const cancelledAt = performance.now();
    cancellation.abort();
    expect(await result).toEqual({ kind: 'cancelled' });
    expect(performance.now() - cancelledAt).toBeLessThan(50);
  });

  it('connects nowhere when it comes first', async () => {
    let connections = 0;
    const server = await serve(() => (connections += 1));
    const signal = AbortSignal.abort();
    expect(await ask(server.endpoint, tcp, { signal })).toEqual({ kind: 'cancelled' });
    expect(connections).toBe(0);
  });
});

describe('a probe of a hostile server', () => {
  const behaviours: readonly (readonly [string, Behaviour])[] = [
    ['never answers', neverAnswers],
    ['closes at once', closesAtOnce],
    ['resets at once', resetsAtOnce],
    ['sends garbage', sendsGarbage],
    ['drips', dripsAfter(head)],
    ['floods', floodsAfter(head)],
    ['floods with something else', floodsAfter(postgresError('x', 'y', 'z').toString('latin1'))],
  ];

  it.each(behaviours)(
    'ends within its timeout, whatever the protocol, when the server %s',
    async (_, behaviour) => {
      const [plain, encrypted] = [await serve(behaviour), await serve(behaviour, { certificate })];
      const startedAt = performance.now();
      const results = await Promise.all(
        [plain, encrypted].flatMap(({ endpoint }) =>
          specs.map((spec) => ask(endpoint, spec, { timeoutMs: 400 })),
        ),
      );
      expect(performance.now() - startedAt).toBeLessThan(1000);
      expect(results.map(({ kind }) => kind)).not.toContain('cancelled');
      await expect
        .poll(() => [plain.openConnections(), encrypted.openConnections(), openSockets()])
        .toEqual([0, 0, socketsAtRest]);
    },
  );
});
