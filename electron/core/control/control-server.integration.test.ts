import { rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { controlProtocol, maxRequestBytes, type ControlEvent } from '../../../shared/control-contract.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { systemClock } from '../clock.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { connectControl } from './control-client.ts';
import { maxConnections, socketCheckMs } from './control-server.ts';
import { bodyTimeoutMs } from './request-body.ts';
import { maxOpenRequests } from './request-slots.ts';
import { headTimeoutMs, idleTimeoutMs } from './served-connection.ts';
import { quietMs } from './silence-check.ts';
import { ControlFixture, snapshot, type RawClient } from './testing/control-fixture.ts';
import type { RawResponse } from './testing/response-reader.ts';

let fixture: ControlFixture;

beforeEach(() => {
  fixture = new ControlFixture();
});

afterEach(() => fixture.close());

const connect = (version = 'test') =>
  connectControl({ socketPath: fixture.socketPath, clock: systemClock, version });

const untilAborted = (signal: AbortSignal): Promise<Result<void, never>> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(ok(undefined)));
  });

/** The next answer on the connection, complete. */
async function answer(client: RawClient): Promise<RawResponse> {
  const before = client.received.filter(({ isComplete }) => isComplete).length;
  await eventually('the answer', () => client.received[before]?.isComplete === true);
  return client.received[before]!;
}

const watchPath = '/v1/services/watch';
const query = { services: [null] };

describe('the control socket', () => {
  it('is for the user only, and is removed with the server', async () => {
    const server = await fixture.serve();
    expect(statSync(fixture.socketPath).mode & 0o777).toBe(0o600);
    expect(await connect()).toMatchObject({ ok: true, value: { host: snapshot.host } });
    await server.close();
    expect(() => statSync(fixture.socketPath)).toThrow(/ENOENT/);
    expect(await connect()).toEqual({
      ok: false,
      error: { code: 'not-running', message: 'LocalPort is not running' },
    });
  });

  it('belongs to its owner alone from its first moment, whatever the umask', async () => {
    const umask = process.umask(0);
    try {
      const served = new AbortController();
      const serving = fixture.serve().finally(() => served.abort());
      const seen = new Set<number>();
      const look = (): void => {
        const mode = statSync(fixture.socketPath, { throwIfNoEntry: false })?.mode;
        if (mode !== undefined) seen.add(mode & 0o777);
      };
      while (!served.signal.aborted) {
        look();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await serving;
      look();
      expect([...seen]).toEqual([0o600]);
      expect(process.umask(0)).toBe(0);
    } finally {
      process.umask(umask);
    }
  });

  it('replaces a dead socket, but nothing else', async () => {
    const other = createServer((socket) => socket.resume()).listen(fixture.socketPath);
    await eventually('it listens', () => other.listening);
    await expect(fixture.serve()).rejects.toThrow(/another LocalPort answers at/);
    other.close();
    writeFileSync(fixture.socketPath, '');
    await expect(fixture.serve()).rejects.toThrow(/is no socket: remove it/);
  });

  it('opens its socket again after that was removed, with its folder, and keeps requests in progress', async () => {
    const clock = new FakeClock();
    const ended = new AbortController();
    const server = await fixture.serve(
      { streams: { 'watch-snapshot': () => untilAborted(ended.signal) } },
      clock,
    );
    const busy = await fixture.raw();
    busy.say({ path: watchPath });
    await eventually('the request', () => server.clients === 1);
    rmSync(fixture.folder, { recursive: true });
    expect(await connect()).toMatchObject({ ok: false, error: { code: 'not-running' } });
    await clock.advance(socketCheckMs);
    await eventually('the socket', async () => (await connect()).ok);
    expect(statSync(fixture.socketPath).mode & 0o777).toBe(0o600);
    expect(statSync(fixture.folder).mode & 0o777).toBe(0o700);
    ended.abort();
    expect(await answer(busy)).toMatchObject({ status: 200 });
    await server.close();
    expect(() => statSync(fixture.socketPath)).toThrow(/ENOENT/);
    await clock.advance(socketCheckMs);
    expect(() => statSync(fixture.socketPath)).toThrow(/ENOENT/);
  });

  it('answers in JSON, with the versions of the host and of the protocol', async () => {
    await fixture.serve();
    const client = await fixture.raw();
    client.say({ path: '/v1/services' });
    expect(await answer(client)).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'application/json',
        'localport-version': '1.2.3',
        'localport-protocol': String(controlProtocol),
      },
      lines: [snapshot],
    });
    client.say({ path: '/v1/host' });
    expect((await answer(client)).lines).toEqual([{ protocol: controlProtocol, host: snapshot.host }]);
  });

  it('streams one event per line; a failure before the first event is a status, and after it the last line', async () => {
    await fixture.serve({
      streams: {
        logs: async ({ query: { services } }, sink) => {
          if (services[0] === null) sink.send({ service: null, lines: ['one', 'two'] });
          return { ok: false, error: { code: 'not-found', message: 'gone' } };
        },
      },
    });
    const client = await fixture.raw();
    client.say({ path: '/v1/logs', body: { query } });
    expect(await answer(client)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/x-ndjson' },
      lines: [{ service: null, lines: ['one', 'two'] }, { error: { code: 'not-found', message: 'gone' } }],
    });
    client.say({ path: '/v1/logs', body: { query: { services: ['db'] } } });
    expect(await answer(client)).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/json' },
      lines: [{ error: { code: 'not-found', message: 'gone' } }],
    });
  });

  it('answers a client that closes its half after the request', async () => {
    await fixture.serve();
    const client = await fixture.raw();
    client.socket.end('GET /v1/services HTTP/1.1\r\nHost: localport\r\n\r\n');
    await client.closes();
    expect(client.received).toMatchObject([{ status: 200, lines: [snapshot] }]);
  });

  it('asks for a body that the client holds back until then', async () => {
    await fixture.serve();
    const client = await fixture.raw();
    const body = { query };
    const text = JSON.stringify(body);
    const head = { 'Content-Type': 'application/json', 'Content-Length': String(text.length) };
    client.say({ method: 'POST', path: '/v1/logs', headers: { ...head, Expect: '100-continue' } });
    await eventually('it is asked for', () => client.bytes.toString().startsWith('HTTP/1.1 100 Continue'));
    client.socket.write(text);
    expect(await answer(client)).toMatchObject({ status: 200 });
    const tooLong = { ...head, 'Content-Length': String(maxRequestBytes + 1), Expect: '100-continue' };
    client.say({ method: 'POST', path: '/v1/logs', headers: tooLong });
    expect(await answer(client)).toMatchObject({ status: 413 });
    expect(client.bytes.toString().match(/100 Continue/g)).toHaveLength(1);
  });

  it.each([
    [
      'a newer command',
      { headers: { 'LocalPort-Protocol': '99', 'User-Agent': 'localport/9.9.9' } },
      '9.9.9',
      '"99"',
    ],
    ['a command without a name', { headers: { 'LocalPort-Protocol': '1' } }, 'of another version', '"1"'],
  ])('explains a version mismatch to %s', async (_, parts, version, protocol) => {
    await fixture.serve();
    const client = await fixture.raw();
    client.say({ path: '/v1/what-comes-later', ...parts });
    const error = {
      code: 'version-mismatch',
      message:
        `the running LocalPort 1.2.3 speaks control protocol ${controlProtocol}, this command (${version}) ` +
        `protocol ${protocol}: restart LocalPort so that both are of one version`,
    };
    expect(await answer(client)).toMatchObject({ status: 400, lines: [{ error }] });
  });
});

describe('the command', () => {
  it('does not wait forever for a host that does not answer', async () => {
    const silent = createServer((socket) => socket.resume()).listen(fixture.socketPath);
    await eventually('it listens', () => silent.listening);
    const { socketPath } = fixture;
    const options = { socketPath, clock: systemClock, version: 'test', connectTimeoutMs: 100 };
    expect(await connectControl(options)).toEqual({
      ok: false,
      error: { code: 'timed-out', message: `LocalPort did not answer at ${socketPath} within 0.1 s` },
    });
    silent.close();
  });

  it.each([
    ['a host from before HTTP', '\0\0\0\x3b{"type":"refused","error":{"code":"too-large","message":"x"}}'],
    ['a web server', 'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n<html>hi</html>'],
    ['a host of a later protocol', httpText({ protocol: 99, host: snapshot.host })],
    ['a host that says too little', httpText({ protocol: controlProtocol })],
  ])('reports that %s has another version', async (_, text) => {
    const other = createServer((socket) => socket.once('data', () => socket.end(text)));
    other.listen(fixture.socketPath);
    await eventually('it listens', () => other.listening);
    expect(await connect()).toEqual({
      ok: false,
      error: {
        code: 'version-mismatch',
        message:
          'LocalPort sent what this command does not understand: restart LocalPort so that both are of one version',
      },
    });
    other.close();
  });

  it('reconnects when its connection was closed to make room', async () => {
    let connections = 0;
    const crowded = createServer((socket) => {
      if (++connections < 3) socket.destroy();
      else socket.resume().end(httpText({ protocol: controlProtocol, host: snapshot.host }));
    }).listen(fixture.socketPath);
    await eventually('it listens', () => crowded.listening);
    expect(await connect()).toMatchObject({ ok: true });
    expect(connections).toBe(3);
    const client = await fixture.client();
    connections = 0;
    // An acting request may have been performed.
    expect(await client.request('reload', {})).toMatchObject({ error: { code: 'connection-lost' } });
    expect(connections).toBe(1);
    crowded.close();
  });

  it('does not take a truncated stream for a complete one', async () => {
    const other = createHttpServer((request, response) => {
      if (request.url === '/v1/host')
        response.end(`${JSON.stringify({ protocol: controlProtocol, host: snapshot.host })}\n`);
      else {
        response.write(`${JSON.stringify(snapshot)}\n`);
        setImmediate(() => response.destroy());
      }
    }).listen(fixture.socketPath);
    await eventually('it listens', () => other.listening);
    const client = await fixture.client();
    expect(await client.stream('watch-snapshot', { live: false }, { onEvent: () => undefined })).toEqual({
      ok: false,
      error: { code: 'connection-lost', message: 'LocalPort ended the connection' },
    });
    other.close();
  });

  it('learns that an error is a bug of the host', async () => {
    await fixture.serve({ requests: { reload: () => Promise.reject(new Error('oh')) } });
    const client = await fixture.client();
    expect(await client.request('reload', {})).toEqual({
      ok: false,
      error: { code: 'host-failed', message: "reload failed: LocalPort's log says more" },
    });
    expect(await client.request('snapshot', {})).toMatchObject({ ok: true });
  });

  it('learns that a request is too large before it is sent', async () => {
    await fixture.serve();
    const client = await fixture.client();
    const tags = ['x'.repeat(maxRequestBytes)];
    const asked = client.request('restart', { target: { kind: 'tags', tags } });
    expect(await asked).toMatchObject({ error: { code: 'too-large' } });
  });

  it('ends a stream on its signal, and all calls on close', async () => {
    const signals: AbortSignal[] = [];
    await fixture.serve({
      streams: {
        'watch-snapshot': async (_, sink) => {
          signals.push(sink.signal);
          sink.send(snapshot);
          return untilAborted(sink.signal);
        },
      },
    });
    const client = await fixture.client();
    const controller = new AbortController();
    const events: unknown[] = [];
    const watch = (onEvent: (event: unknown) => void, signal?: AbortSignal) =>
      client.stream('watch-snapshot', { live: false }, { onEvent, ...(signal && { signal }) });
    const stream = watch((event) => {
      events.push(event);
      controller.abort();
    }, controller.signal);
    expect(await stream).toEqual({ ok: true, value: undefined });
    await eventually('the host has ended it', () => signals[0]?.aborted === true);
    expect(events).toEqual([snapshot]);
    expect(await client.request('snapshot', {})).toMatchObject({ ok: true });
    const other = watch(() => {
      client.close();
    });
    const lost = {
      ok: false,
      error: { code: 'connection-lost', message: 'the command ended the connection' },
    };
    expect(await other).toEqual(lost);
    expect(await client.request('snapshot', {})).toEqual(lost);
    await eventually('the host has ended that too', () => signals[1]?.aborted === true);
  });

  it('ends a stream whose host has stopped answering, and names its process', async () => {
    const clock = new FakeClock();
    let asked = 0;
    const host = () => {
      asked += 1;
      const answered = Promise.resolve(ok({ protocol: controlProtocol, host: snapshot.host }));
      return asked < 3 ? answered : new Promise<never>(() => undefined);
    };
    await fixture.serve({
      requests: { host },
      streams: { 'watch-snapshot': (_, sink) => untilAborted(sink.signal) },
    });
    const connected = await connectControl({ socketPath: fixture.socketPath, clock, version: 'test' });
    if (!connected.ok) throw new Error(connected.error.message);
    const outcomes: unknown[] = [];
    void connected.value
      .stream('watch-snapshot', { live: false }, { onEvent: () => undefined })
      .then((outcome) => outcomes.push(outcome));
    for (const question of [2, 3]) {
      // The next question waits until the answer to the last one has arrived.
      await eventually(
        `question ${question}`,
        async () => (await clock.advance(quietMs), asked === question),
      );
      expect(outcomes).toEqual([]);
    }
    await eventually('the end', async () => (await clock.advance(quietMs), outcomes.length === 1));
    const message = 'LocalPort has stopped responding. Try again, or end process 1: kill -9 1';
    expect(outcomes).toEqual([{ ok: false, error: { code: 'timed-out', message } }]);
    connected.value.close();
  });

  it('gives up waiting for an answer that does not arrive', async () => {
    await fixture.serve({ requests: { reload: () => new Promise(() => undefined) } });
    const client = await fixture.client();
    expect(await client.request('reload', {}, 50)).toMatchObject({ error: { code: 'timed-out' } });
  });
});

function httpText(body: unknown): string {
  const text = `${JSON.stringify(body)}\n`;
  return `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

describe('a client that affects only itself', () => {
  it('has a limit of concurrent streams; the next one is refused with a message, and other requests still work', async () => {
    const signals: AbortSignal[] = [];
    await fixture.serve({
      streams: {
        'watch-snapshot': (_, sink) => {
          signals.push(sink.signal);
          return untilAborted(sink.signal);
        },
      },
    });
    const [client, other] = [await fixture.client(), await fixture.client()];
    for (let count = 0; count < maxOpenRequests; count++)
      void client.stream('watch-snapshot', { live: false }, { onEvent: () => undefined });
    await eventually('all are open', () => signals.length === maxOpenRequests);
    const raw = await fixture.raw();
    raw.say({ path: watchPath });
    const error = {
      code: 'too-many-requests',
      message: 'more than 32 streams at once: end some of them, or try again',
    };
    expect(await answer(raw)).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
      lines: [{ error }],
    });
    expect(await other.request('restart', { target: { kind: 'all' } })).toMatchObject({ ok: true });
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = other.stream('watch-snapshot', { live: false }, { onEvent: () => undefined, signal });
    client.close();
    await eventually('all are canceled', () =>
      signals.slice(0, maxOpenRequests).every(({ aborted }) => aborted),
    );
    // The command retries automatically.
    await eventually('there is room', () => signals.length === maxOpenRequests + 1);
    controller.abort();
    expect(await waiting).toEqual({ ok: true, value: undefined });
  });

  it('has a limit of concurrent acts, during which the host can still be queried and stopped', async () => {
    const finish: (() => void)[] = [];
    await fixture.serve({
      requests: {
        reload: () =>
          new Promise((resolve) =>
            finish.push(() => resolve(ok({ status: 'loaded', path: '/c', problems: [] }))),
          ),
      },
    });
    const client = await fixture.client();
    const reloads = Array.from({ length: maxOpenRequests }, () => client.request('reload', {}));
    await eventually('all are under way', () => finish.length === maxOpenRequests);
    expect(await client.request('reload', {}, 400)).toMatchObject({ error: { code: 'too-many-requests' } });
    expect(await client.request('snapshot', {})).toMatchObject({ ok: true });
    const stop = client.stream('shutdown', { force: false }, { onEvent: () => undefined });
    expect(await stop).toMatchObject({ ok: true });
    for (const end of finish) end();
    expect(await Promise.all(reloads)).toMatchObject(reloads.map(() => ({ ok: true })));
  });

  it('is closed to make room when there are too many idle ones', async () => {
    const server = await fixture.serve();
    const silent = await Promise.all(Array.from({ length: maxConnections + 50 }, () => fixture.raw()));
    expect(await connect()).toMatchObject({ ok: true });
    expect(server.connections).toBeLessThanOrEqual(maxConnections);
    await eventually('the oldest have gone', () => silent.filter(({ isClosed }) => isClosed).length >= 50);
    expect(silent.at(-1)?.isClosed).toBe(false);
  });

  it('sends a request soon, or is closed', async () => {
    const clock = new FakeClock();
    const server = await fixture.serve({}, clock);
    const [silent, slow] = [await fixture.raw(), await fixture.raw()];
    slow.socket.write('GET /v1/services HTTP/1.1\r\nHost: local');
    await eventually('they are connected', () => server.connections === 2);
    await clock.advance(headTimeoutMs - 1);
    expect([silent.isClosed, slow.isClosed]).toEqual([false, false]);
    await clock.advance(1);
    await Promise.all([silent.closes(), slow.closes()]);
    const lines = [{ error: { code: 'timed-out', message: 'no request within 2 s' } }];
    expect([...silent.received, ...slow.received]).toMatchObject([
      { status: 408, lines },
      { status: 408, lines },
    ]);
  });

  it('sends its body soon, or is closed', async () => {
    const clock = new FakeClock();
    const server = await fixture.serve({}, clock);
    const slow = await fixture.raw();
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '100' };
    slow.say({ method: 'POST', path: '/v1/logs', headers });
    slow.socket.write('{');
    await eventually('it is being read', () => server.clients === 1);
    await clock.advance(bodyTimeoutMs);
    await eventually('the answer', () => slow.received[0]?.isComplete === true);
    expect(slow.received).toMatchObject([{ status: 408, lines: [{ error: { code: 'timed-out' } }] }]);
    await clock.advance(1_000);
    await slow.closes();
  });

  it('is closed after a while without requests, but not while it reads a stream', async () => {
    const clock = new FakeClock();
    const server = await fixture.serve(
      { streams: { 'watch-snapshot': (_, { signal }) => untilAborted(signal) } },
      clock,
    );
    const [idle, watching] = [await fixture.raw(), await fixture.raw()];
    idle.say({ path: '/v1/services' });
    watching.say({ path: watchPath });
    await answer(idle);
    await eventually('it watches', () => watching.received.length === 1 && server.clients === 1);
    await clock.advance(idleTimeoutMs);
    await idle.closes();
    expect(watching.isClosed).toBe(false);
  });

  it('is closed when it reads a stream and has closed its half', async () => {
    const server = await fixture.serve({
      streams: { 'watch-snapshot': (_, { signal }) => untilAborted(signal) },
    });
    const client = await fixture.raw();
    client.say({ path: watchPath });
    await eventually('it watches', () => client.received.length === 1);
    client.socket.allowHalfOpen = true;
    client.socket.end();
    await eventually('it is gone', () => server.connections === 0);
  });

  it('gets fewer snapshots when it reads slowly, and the newest last', async () => {
    let offer: (since: number) => void = () => undefined;
    const large = 'x'.repeat(100_000);
    await fixture.serve({
      streams: {
        'watch-snapshot': (_, sink) => {
          offer = (since) => {
            sink.offer(() => ({ ...snapshot, host: { ...snapshot.host, since, version: large } }));
          };
          return untilAborted(sink.signal);
        },
      },
    });
    const client = await fixture.raw();
    client.say({ path: watchPath });
    const events = () => (client.received[0]?.lines ?? []) as readonly ControlEvent<'watch-snapshot'>[];
    await eventually('it watches', () => (offer(0), events().length > 0));
    client.socket.pause();
    const offers = 1_000;
    for (let since = 1; since <= offers; since++) {
      offer(since);
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.socket.resume();
    await eventually('the newest', () => events().at(-1)?.host.since === offers);
    expect(events().length).toBeLessThan(100);
  });

  it('is dropped when too much unread data piles up, without effect on the others', async () => {
    let sentBytes = 0;
    let isDropped = false;
    await fixture.serve({
      streams: {
        logs: async (_, sink) => {
          while (!sink.signal.aborted) {
            sink.send({ service: null, lines: ['x'.repeat(64 * 1024)] });
            sentBytes += 64 * 1024;
            await new Promise((resolve) => setImmediate(resolve));
          }
          isDropped = true;
          return ok(undefined);
        },
      },
    });
    const slow = await fixture.raw();
    slow.socket.pause();
    slow.say({ path: '/v1/logs', body: { query, follow: true } });
    const other = await fixture.client();
    await eventually('it is dropped', async () => {
      expect(await other.request('snapshot', {})).toMatchObject({ ok: true });
      return isDropped;
    });
    // Our bound plus the system's socket buffers.
    expect(sentBytes).toBeLessThan(16 * 1024 * 1024);
  });

  it.each(['stream', 'answer'])(
    'is dropped when it reads nothing of its %s for half a minute',
    async (kind) => {
      const clock = new FakeClock();
      const large = { service: null, lines: Array.from({ length: 20 }, () => 'x'.repeat(64 * 1024)) };
      const server = await fixture.serve(
        {
          requests: {
            snapshot: () =>
              Promise.resolve(ok({ ...snapshot, host: { ...snapshot.host, notices: large.lines } })),
          },
          streams: {
            logs: async (_, sink) => {
              sink.send(large);
              return untilAborted(sink.signal);
            },
          },
        },
        clock,
      );
      const slow = await fixture.raw();
      slow.socket.pause();
      slow.say(
        kind === 'answer' ? { path: '/v1/services' } : { path: '/v1/logs', body: { query, follow: true } },
      );
      await eventually('it is served', () => server.clients === 1);
      await eventually('it is dropped', async () => {
        await clock.advance(1_000);
        return server.connections === 0;
      });
      expect(clock.now()).toBeGreaterThanOrEqual(30_000);
    },
  );

  it.each([
    ['in its length', { 'Content-Length': String(maxRequestBytes + 1) }, ''],
    ['in chunks without an end', { 'Transfer-Encoding': 'chunked' }, `10000\r\n${'x'.repeat(65_536)}\r\n`],
  ])('is told that its body is too large, %s, and is closed', async (_, headers, chunk) => {
    const server = await fixture.serve();
    const client = await fixture.raw();
    client.say({
      method: 'POST',
      path: '/v1/logs',
      headers: { 'Content-Type': 'application/json', ...headers },
    });
    const feed = (): void => {
      if (chunk === '' || client.socket.destroyed) return;
      client.socket.write(chunk, () => setImmediate(feed));
    };
    feed();
    const error = { code: 'too-large', message: 'the body is larger than 1048576 bytes' };
    expect(await answer(client)).toMatchObject({ status: 413, lines: [{ error }] });
    await client.closes();
    expect(server.connections).toBe(0);
  });

  it.each([
    ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: localport\r\n\r\n', 405],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000', 400],
    ['nonsense', 'hello\r\n\r\n', 400],
    [
      'two lengths',
      'POST /v1/logs HTTP/1.1\r\nHost: localport\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      400,
    ],
    [
      'a length and chunks',
      'POST /v1/logs HTTP/1.1\r\nHost: localport\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
      400,
    ],
  ])('is refused when it speaks %s', async (_, bytes, status) => {
    await fixture.serve();
    const client = await fixture.raw();
    client.socket.write(bytes, 'latin1');
    await client.closes();
    expect(client.received).toMatchObject([
      { status, lines: [{ error: { message: expect.any(String) as unknown } }] },
    ]);
  });

  it('is served without the upgrade that it requests', async () => {
    await fixture.serve();
    const client = await fixture.raw();
    client.say({ path: '/v1/services', headers: { Connection: 'Upgrade', Upgrade: 'websocket' } });
    expect(await answer(client)).toMatchObject({ status: 200 });
  });

  it('is told that its head is too large', async () => {
    await fixture.serve();
    const client = await fixture.raw();
    client.say({ path: '/v1/services', headers: { Bomb: 'x'.repeat(64 * 1024) } });
    await client.closes();
    expect(client.received).toMatchObject([{ status: 413, lines: [{ error: { code: 'too-large' } }] }]);
  });

  it('does not delay others with a flood of requests', async () => {
    await fixture.serve();
    const flood = await fixture.raw();
    const request = 'GET /v1/services HTTP/1.1\r\nHost: localport\r\n\r\n';
    const requests = 3_200;
    let asked = 0;
    const ask = (): void => {
      if (flood.received.length < asked || asked >= requests) return;
      asked += maxOpenRequests;
      flood.socket.write(request.repeat(maxOpenRequests));
    };
    flood.socket.on('data', ask);
    ask();
    const other = await fixture.client();
    expect(await other.request('snapshot', {})).toMatchObject({ ok: true });
    expect(flood.received.length).toBeLessThan(requests / 2);
    await eventually('all are answered', () => flood.received.length === requests, 25_000);
  });

  it('may pipeline some requests, and is cut off when there are too many', async () => {
    await fixture.serve();
    const client = await fixture.raw();
    client.socket.write('GET /v1/services HTTP/1.1\r\nHost: localport\r\n\r\n'.repeat(1_000));
    await client.closes();
    expect(client.received.length).toBeGreaterThanOrEqual(maxOpenRequests);
    expect(client.received.length).toBeLessThanOrEqual(maxOpenRequests + 2);
    expect(client.received.at(-1)).toMatchObject({ status: 429 });
  });
});

describe('a host that stops', () => {
  it('ends streams, accepts no new clients, and serves clients that wait for its end', async () => {
    let finish: () => void = () => undefined;
    const server = await fixture.serve({
      requests: { reload: () => new Promise(() => undefined) },
      streams: {
        'watch-snapshot': (_, { signal }) => untilAborted(signal),
        shutdown: (_, sink) =>
          new Promise((resolve) => {
            finish = () => {
              sink.send({ kind: 'phase', phase: 'cancel tasks', state: 'finished' });
              resolve(ok(undefined));
            };
          }),
      },
    });
    const client = await fixture.client();
    const idle = await fixture.raw();
    idle.say({ path: '/v1/services' });
    await answer(idle);
    const phases: unknown[] = [];
    const watching = client.stream('watch-snapshot', { live: false }, { onEvent: () => undefined });
    const reloading = client.request('reload', {});
    const stopping = client.stream('shutdown', { force: false }, { onEvent: (event) => phases.push(event) });
    await eventually('all are under way', () => server.clients === 3);
    server.stop();
    const stopped = { ok: false, error: { code: 'stopping', message: 'LocalPort is stopping' } };
    expect(await watching).toEqual(stopped);
    expect(await reloading).toEqual(stopped);
    await idle.closes();
    expect(await connect()).toMatchObject({ error: { code: 'not-running' } });
    finish();
    expect(await stopping).toEqual({ ok: true, value: undefined });
    expect(phases).toEqual([{ kind: 'phase', phase: 'cancel tasks', state: 'finished' }]);
    await eventually('all have gone', () => server.connections === 0);
  });
});
