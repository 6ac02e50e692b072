// How each probe reports a misbehaving remote end, and that it releases everything, with real sockets.
import { getEventListeners, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TargetProbe } from '../../../../shared/service-spec.ts';
import { systemClock, type Clock } from '../../clock.ts';
import { Scope } from '../../scope.ts';
import type { Endpoint } from '../../connect/endpoint.ts';
import { provesTunnel } from '../probe.ts';
import {
  ask,
  finding,
  grpc,
  httpSpec,
  kafka,
  mysql,
  postgres,
  probeForTests,
  redis,
  ssh,
  tcp,
  tlsSpec,
} from './testing/ask.ts';
import { outcomeOf } from './testing/outcome.ts';
import { speaksMysql } from './testing/mysql-server.ts';
import { http2Frames, kafkaApiVersions, speaksKafka } from './testing/protocol-servers.ts';
import { makeCertificate } from './testing/test-certificate.ts';
import {
  answers,
  closesAtOnce,
  floodsAfter,
  listen,
  neverAnswers,
  resetsAtOnce,
  type Behavior,
  type ListenOptions,
  type TestServer,
} from './testing/test-server.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(async () => {
  await scope.close();
});

const serve = async (behavior: Behavior, options: ListenOptions = {}): Promise<TestServer> => {
  const server = await listen(behavior, options);
  scope.own('server', () => server.close());
  return server;
};

const certificate = makeCertificate({
  host: 'localhost',
  notBefore: new Date('2020-01-01'),
  notAfter: new Date('2049-01-01'),
});

const encrypted = { tls: true, verifySsl: false } as const;
const http = httpSpec({ expectedContent: 'ok' });
const https = httpSpec({ type: 'https', verifySsl: false });
const login: TargetProbe = { ...postgres, user: 'app', password: 'secret' };
const plainLogin: TargetProbe = { ...postgres, user: 'app', password: 'secret', sslmode: 'disable' };
const exec: TargetProbe = { type: 'exec', argv: ['/bin/sh', '-c', 'echo no luck >&2; exit 1'] };
const specs: Readonly<Record<string, TargetProbe>> = {
  tcp,
  ssh,
  http,
  https,
  tls: tlsSpec,
  postgres,
  login,
  plainLogin,
  mysql,
  'mysql over TLS': { ...mysql, ...encrypted },
  redis,
  'redis over TLS': { ...redis, ...encrypted },
  kafka,
  'kafka over TLS': { ...kafka, ...encrypted },
  grpc,
  'grpc over TLS': { ...grpc, ...encrypted },
};

/** Closes or resets after sending this. */
const sendsAndEnds =
  (bytes: string | Buffer, end: 'end' | 'resetAndDestroy' = 'end'): Behavior =>
  (socket) =>
    void socket.once('data', () => socket.write(bytes, () => socket[end]()));

const outcomesFor = async (
  endpoint: Endpoint,
  timeoutMs: number,
): Promise<Readonly<Record<string, string>>> => {
  const results = Object.entries(specs).map(
    async ([name, spec]) => [name, outcomeOf(await ask(endpoint, spec, { timeoutMs }))] as const,
  );
  return Object.fromEntries(await Promise.all(results));
};

const all = (outcome: string): Record<string, string> =>
  Object.fromEntries(Object.keys(specs).map((name) => [name, outcome]));
const overTls = (outcome: string): Record<string, string> =>
  Object.fromEntries(
    ['https', 'tls', 'redis over TLS', 'kafka over TLS', 'grpc over TLS'].map((name) => [name, outcome]),
  );

/** For servers that greet: one that waits for its client instead. */
const speaksFirst = (outcome: string): Record<string, string> => ({
  ssh: outcome,
  mysql: outcome,
  'mysql over TLS': outcome,
});

describe('the outcome of a check', () => {
  it.each([
    ['never answers', neverAnswers, { ...all('timed-out'), tcp: 'passed unanswered' }],
    [
      'closes at once',
      closesAtOnce,
      {
        ...all('closed before-answer'),
        ...overTls('closed tls-handshake'),
        tcp: 'closed right-after-opening',
      },
    ],
    [
      'sends something else',
      answers('\u0007\u0000garbage, and no end of line'.repeat(20)),
      { ...all('answered check-refused'), tcp: 'passed unanswered', ...speaksFirst('timed-out') },
    ],
  ] as [string, Behavior, Record<string, string>][])(
    'of a remote end that %s',
    async (_, behavior, expected) => {
      const server = await serve(behavior);
      expect(await outcomesFor(server.endpoint, 400)).toEqual(expected);
    },
  );

  it.each([
    ['http that stops in its head', http, answers('HTTP/1.1 200 OK\r\n'), {}, 'timed-out, after bytes'],
    ['http that stops in its body', http, answers('HTTP/1.1 200 OK\r\n\r\nno'), {}, 'timed-out, after bytes'],
    [
      'http that closes in its head',
      http,
      sendsAndEnds('HTTP/1.1 200'),
      {},
      'closed before-answer, after bytes',
    ],
    [
      'http that resets in its body',
      http,
      sendsAndEnds('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nno', 'resetAndDestroy'),
      {},
      'closed mid-answer, after bytes',
    ],
    [
      'https that is silent after the handshake',
      https,
      neverAnswers,
      { certificate },
      'timed-out, after bytes',
    ],
    [
      'https that closes after the handshake',
      https,
      sendsAndEnds(''),
      { certificate },
      'closed before-answer, after bytes',
    ],
    [
      'https that stops in the handshake',
      https,
      answers(Buffer.from([22, 3, 3, 0, 80, 2])),
      {},
      'timed-out, after bytes',
    ],
    [
      'https that sends an alert',
      https,
      sendsAndEnds(Buffer.from([21, 3, 3, 0, 2, 2, 80])),
      {},
      'answered check-failed',
    ],
    ['postgres that agrees to TLS and is silent', login, answers('S'), {}, 'timed-out, after bytes'],
    [
      'postgres that agrees to TLS and closes',
      { ...postgres, user: 'app', password: 'x', sslmode: 'require' },
      sendsAndEnds('S'),
      {},
      'closed tls-handshake, after bytes',
    ],
    ['redis that stops in its line', redis, answers('+PO'), {}, 'timed-out, after bytes'],
    ['redis that is loading', redis, answers('-LOADING later\r\n'), {}, 'answered check-failed'],
    [
      'kafka that stops in its answer',
      kafka,
      answers(kafkaApiVersions(0x4c50).subarray(0, 40)),
      {},
      'timed-out, after bytes',
    ],
    ['kafka without brokers', kafka, speaksKafka({ brokers: 0 }), {}, 'answered check-failed'],
    ['ssh that stops in its banner', ssh, (socket) => socket.write('SSH-2'), {}, 'timed-out, after bytes'],
    [
      'ssh that closes in its banner',
      ssh,
      (socket) => socket.end('SSH-2'),
      {},
      'closed before-answer, after bytes',
    ],
    [
      'mysql that stops in its greeting',
      mysql,
      (socket) => socket.write('\x40\0\0'),
      {},
      'timed-out, after bytes',
    ],
    [
      'mysql that closes in its greeting',
      mysql,
      (socket) => socket.end('\x40\0\0'),
      {},
      'closed before-answer, after bytes',
    ],
    ['grpc that sends settings only', grpc, answers(http2Frames.settings), {}, 'timed-out, after bytes'],
    [
      'grpc that closes after its settings',
      grpc,
      sendsAndEnds(http2Frames.settings),
      {},
      'closed before-answer, after bytes',
    ],
  ] as [string, TargetProbe, Behavior, ListenOptions, string][])(
    'tells that bytes came back: %s',
    async (_, spec, behavior, options, expected) => {
      const server = await serve(behavior, options);
      const result = await ask(server.endpoint, spec, { timeoutMs: 400 });
      expect([outcomeOf(result), provesTunnel(result)]).toEqual([expected, true]);
    },
  );

  it('of an endpoint without a listener names the errno', async () => {
    const { endpoint, close } = await listen(neverAnswers);
    await close();
    expect(await outcomesFor(endpoint, 2000)).toEqual(all('unconnected ECONNREFUSED'));
    const absent = { kind: 'unix', path: '/nowhere/tunnel.sock' } as const;
    expect(await outcomesFor(absent, 2000)).toEqual(all('unconnected ENOENT'));
  });

  it('of a failed command proves nothing about the remote end', async () => {
    const { endpoint } = await serve(neverAnswers);
    expect(outcomeOf(await ask(endpoint, exec))).toBe('command-failed');
    const missing: TargetProbe = { type: 'exec', argv: ['no-such-program'] };
    expect(outcomeOf(await ask(endpoint, missing))).toBe('not-made binary-missing');
  });
});

/** Listens but never handles its connections, like the kernel for a stopped process (SIGSTOP). */
const stoppedListener = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen(workerData, () => {
    parentPort.postMessage(server.address().port ?? 0);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

async function listenAndStop(options: net.ListenOptions): Promise<number> {
  const worker = new Worker(stoppedListener, { eval: true, workerData: options });
  scope.own('worker', async () => {
    await worker.terminate();
  });
  const [port] = (await once(worker, 'message')) as [number];
  return port;
}

describe('a check of a stopped tunnel', () => {
  it('reports what did not arrive, although the kernel accepts the connection', async () => {
    const port = await listenAndStop({ host: '127.0.0.1', port: 0 });
    const endpoint = { kind: 'tcp', host: '127.0.0.1', port } as const;
    const findings = await Promise.all(
      Object.entries(specs).map(
        async ([name, spec]) => `${name}: ${await finding(ask(endpoint, spec, { timeoutMs: 400 }))}`,
      ),
    );
    expect(findings).toEqual([
      'tcp: passed',
      'ssh: no SSH banner within 400 ms',
      'http: no answer within 400 ms',
      'https: no TLS handshake within 400 ms',
      'tls: no TLS handshake within 400 ms',
      'postgres: no answer within 400 ms',
      'login: no answer within 400 ms',
      'plainLogin: no answer to the login within 400 ms',
      'mysql: no greeting within 400 ms',
      'mysql over TLS: no greeting within 400 ms',
      'redis: no answer within 400 ms',
      'redis over TLS: no TLS handshake within 400 ms',
      'kafka: no answer within 400 ms',
      'kafka over TLS: no TLS handshake within 400 ms',
      'grpc: no answer within 400 ms',
      'grpc over TLS: no TLS handshake within 400 ms',
    ]);
  });

  it("is busy, not dead, while the tunnel's queue stays full", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'probe-'));
    scope.own('folder', () => rm(folder, { recursive: true }));
    const endpoint: Endpoint = { kind: 'unix', path: path.join(folder, 'tunnel') };
    await listenAndStop({ path: endpoint.path, backlog: 1 });
    await fillBacklog(endpoint.path);
    expect(await outcomesFor(endpoint, 400)).toEqual(all('unconnected EAGAIN, busy'));
  });
});

/** Connects until the kernel reports that the queue is full. */
async function fillBacklog(socketPath: string): Promise<void> {
  for (;;) {
    const filler = net.connect(socketPath);
    scope.own('filler', () => void filler.destroy());
    try {
      await once(filler, 'connect');
    } catch {
      return;
    }
  }
}

/** A clock that counts its pending timers. */
class CountingClock implements Clock {
  pending = 0;
  readonly now = systemClock.now;
  readonly wallNow = systemClock.wallNow;
  readonly bootNow = systemClock.bootNow;

  readonly after: Clock['after'] = (delayMs, action) => {
    let isPending = true;
    this.pending += 1;
    const settle = (): void => {
      if (isPending) this.pending -= 1;
      isPending = false;
    };
    const timer = systemClock.after(delayMs, () => {
      settle();
      action();
    });
    return {
      cancel: () => {
        settle();
        timer.cancel();
      },
    };
  };
}

const openSockets = (): number =>
  process.getActiveResourcesInfo().filter((name) => /^(TCPSocket|TLS|Pipe|TCPConnect|PipeConnect)/.test(name))
    .length;

const remoteEnds: readonly (readonly [string, Behavior])[] = [
  ['silent', neverAnswers],
  ['closing', closesAtOnce],
  ['resetting', resetsAtOnce],
  ['flooding', floodsAfter('HTTP/1.1 200 OK\r\n\r\n')],
  ['talkative (HTTP)', answers('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')],
  ['talkative (Redis)', answers('+PONG\r\n')],
  ['talkative (Kafka)', speaksKafka()],
  ['talkative (SSH)', (socket) => socket.resume().write('SSH-2.0-test\r\n')],
  ['talkative (PostgreSQL)', answers('N')],
  ['talkative (MySQL)', speaksMysql().behavior],
];

describe('a finished check', () => {
  it.each(
    remoteEnds.flatMap(([name, behavior]) => [
      [`of a ${name} remote end`, behavior, null] as const,
      [`of a ${name} remote end, canceled in between`, behavior, 60] as const,
    ]),
  )('has no socket, timer or listener left: %s', async (_, behavior, cancelAfterMs) => {
    const socketsAtRest = openSockets();
    const [plain, secure] = [await serve(behavior), await serve(behavior, { certificate })];
    const clock = new CountingClock();
    const cancellations: AbortController[] = [];
    const checks = [plain, secure].flatMap(({ endpoint }) =>
      [...Object.values(specs), exec].map((spec) => {
        const cancellation = new AbortController();
        cancellations.push(cancellation);
        return probeForTests({ endpoint, spec, timeoutMs: 300, signal: cancellation.signal, clock });
      }),
    );
    if (cancelAfterMs !== null)
      systemClock.after(cancelAfterMs, () => cancellations.forEach((cancellation) => cancellation.abort()));
    await Promise.all(checks);
    expect(clock.pending).toBe(0);
    expect(cancellations.flatMap(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([]);
    await expect
      .poll(() => [plain.openConnections(), secure.openConnections(), openSockets()])
      .toEqual([0, 0, socketsAtRest]);
  });
});
