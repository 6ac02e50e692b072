import { statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { controlProtocol, maxRequestBytes, type ControlEvent } from '../../../shared/control-contract.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { systemClock } from '../clock.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { connectControl } from './control-client.ts';
import { maxClients } from './control-server.ts';
import { helloTimeoutMs, idleTimeoutMs, maxOpenRequests } from './control-session.ts';
import { ControlFixture, snapshot } from './testing/control-fixture.ts';

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

describe('the control socket', () => {
  it('is for the user only, and goes with the server', async () => {
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

  it('takes the place of a dead one, but of nothing else', async () => {
    const other = createServer((socket) => socket.resume()).listen(fixture.socketPath);
    await eventually('it listens', () => other.listening);
    await expect(fixture.serve()).rejects.toThrow(/another LocalPort answers at/);
    other.close();
    writeFileSync(fixture.socketPath, '');
    await expect(fixture.serve()).rejects.toThrow(/is no socket: remove it/);
  });

  it('tells of a mismatch of versions in words that help', async () => {
    await fixture.serve();
    const client = await fixture.raw();
    client.say({ type: 'hello', protocol: controlProtocol + 1, version: '9.9.9', news: true });
    await client.closes();
    expect(client.received).toEqual([
      {
        type: 'refused',
        error: {
          code: 'version-mismatch',
          message:
            `the running LocalPort 1.2.3 speaks control protocol ${controlProtocol}, this command (9.9.9) ` +
            `protocol ${controlProtocol + 1}: restart LocalPort so that both are of one version`,
        },
      },
    ]);
  });

  it('does not wait for ever for a host that says nothing, or nonsense', async () => {
    const silent = createServer((socket) => socket.resume()).listen(fixture.socketPath);
    await eventually('it listens', () => silent.listening);
    const { socketPath } = fixture;
    const options = { socketPath, clock: systemClock, version: 'test', connectTimeoutMs: 100 };
    expect(await connectControl(options)).toMatchObject({ error: { code: 'timed-out' } });
    silent.on('connection', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await connectControl(options)).toMatchObject({ error: { code: 'too-large' } });
    silent.close();
  });
});

describe('a client', () => {
  it.each([
    ['says something else than hello', { type: 'request', id: 1, name: 'snapshot', params: {} }],
    ['says nothing that can be understood', 'hello'],
  ])('is turned away when it %s', async (_, message) => {
    await fixture.serve();
    const client = await fixture.raw();
    client.say(message);
    await client.closes();
    expect(client.received).toMatchObject([{ type: 'refused', error: { code: 'bad-request' } }]);
  });

  it('hears what is wrong with a request, and may go on', async () => {
    await fixture.serve();
    const client = await fixture.raw();
    await client.greet();
    client.say({ type: 'request', id: 1, name: 'constructor', params: {} });
    client.say({
      type: 'request',
      id: 2,
      name: 'restart',
      params: { target: { kind: 'names', names: [''] } },
    });
    client.say({ type: 'request', id: 3, name: 'logs', params: { follow: true } });
    client.say({ type: 'request', id: 4, name: 'snapshot', params: {} });
    await eventually('the answers', () => client.received.length === 4);
    const bad = (id: number, message: string) => ({
      type: 'failed',
      id,
      error: { code: 'bad-request', message: expect.stringContaining(message) as string },
    });
    expect(client.received).toEqual(
      expect.arrayContaining([
        bad(1, 'there is no request "constructor"'),
        bad(2, 'restart: target.names.0: Too small'),
        bad(3, 'logs: query: Invalid input'),
        { type: 'result', id: 4, result: snapshot },
      ]),
    );
  });

  it('is told that a bug of the host is one', async () => {
    await fixture.serve({ requests: { reload: () => Promise.reject(new Error('oh')) } });
    const client = await fixture.client();
    expect(await client.request('reload', {})).toEqual({
      ok: false,
      error: { code: 'host-failed', message: "reload failed: LocalPort's log says more" },
    });
    expect(await client.request('snapshot', {})).toMatchObject({ ok: true });
  });

  it('learns that a request is too large before it is sent, and is dropped when it sends it all the same', async () => {
    await fixture.serve();
    const raw = await fixture.raw();
    await raw.greet();
    raw.say({ type: 'request', id: 1, name: 'x'.repeat(maxRequestBytes), params: {} });
    await raw.closes();
    expect(raw.received).toMatchObject([{ type: 'failed', id: null, error: { code: 'too-large' } }]);
    const client = await fixture.client();
    const tags = ['x'.repeat(maxRequestBytes)];
    const asked = client.request('restart', { target: { kind: 'tags', tags } });
    expect(await asked).toMatchObject({ error: { code: 'too-large' } });
  });

  it('has a limit of requests at once, and cancels them by going', async () => {
    const signals: AbortSignal[] = [];
    await fixture.serve({
      streams: {
        'watch-snapshot': (_, sink) => {
          signals.push(sink.signal);
          return untilAborted(sink.signal);
        },
      },
    });
    const client = await fixture.client();
    const streams = Array.from({ length: maxOpenRequests + 1 }, () =>
      client.stream('watch-snapshot', { live: false }, { onEvent: () => undefined }),
    );
    expect(await streams.pop()).toMatchObject({ error: { code: 'bad-request' } });
    client.close();
    expect(await Promise.all(streams)).toEqual(
      streams.map(() => ({
        ok: false,
        error: expect.objectContaining({ code: 'connection-lost' }) as unknown,
      })),
    );
    await eventually('all are cancelled', () => signals.every(({ aborted }) => aborted));
    expect(signals).toHaveLength(maxOpenRequests);
  });

  it('ends a stream by its signal, and keeps the connection', async () => {
    let ended = false;
    await fixture.serve({
      streams: {
        'watch-snapshot': async (_, sink) => {
          sink.send(snapshot);
          const end = await untilAborted(sink.signal);
          ended = true;
          return end;
        },
      },
    });
    const client = await fixture.client();
    const controller = new AbortController();
    const events: unknown[] = [];
    const stream = client.stream(
      'watch-snapshot',
      { live: false },
      {
        onEvent: (event) => {
          events.push(event);
          controller.abort();
        },
        signal: controller.signal,
      },
    );
    expect(await stream).toEqual({ ok: true, value: undefined });
    await eventually('the host has ended it', () => ended);
    expect(events).toEqual([snapshot]);
    expect(await client.request('snapshot', {})).toMatchObject({ ok: true });
  });

  it('gives up on an answer that does not come', async () => {
    await fixture.serve({ requests: { reload: () => new Promise(() => undefined) } });
    const client = await fixture.client();
    expect(await client.request('reload', {}, 50)).toMatchObject({ error: { code: 'timed-out' } });
  });
});

describe('a client that costs nothing but itself', () => {
  it('is one of a hundred; the next is turned away in words, and may come when one has gone', async () => {
    const server = await fixture.serve();
    const clients = await Promise.all(Array.from({ length: maxClients }, () => fixture.client()));
    expect(server.clients).toBe(maxClients);
    const answers = await Promise.all(clients.map((client) => client.request('snapshot', {})));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(maxClients);
    const refused = await Promise.all(Array.from({ length: 10 }, () => connect()));
    const error = {
      code: 'too-many-clients',
      message: '100 clients are connected to LocalPort already: end some of them',
    };
    expect(refused).toEqual(refused.map(() => ({ ok: false, error })));
    clients[0]?.close();
    await eventually('there is room', () => server.clients < maxClients);
    expect(await fixture.client()).toBeDefined();
  });

  it('says hello soon, or goes', async () => {
    const clock = new FakeClock();
    const server = await fixture.serve({}, clock);
    const silent = await fixture.raw();
    await eventually('it is connected', () => server.clients === 1);
    await clock.advance(helloTimeoutMs - 1);
    expect(silent.isClosed).toBe(false);
    await clock.advance(1);
    await silent.closes();
    expect(silent.received).toMatchObject([{ type: 'refused', error: { code: 'timed-out' } }]);
  });

  it('goes when it has wanted nothing for a while, but not while it watches', async () => {
    const clock = new FakeClock();
    await fixture.serve({ streams: { 'watch-snapshot': (_, { signal }) => untilAborted(signal) } }, clock);
    const [idle, watching] = [await fixture.raw(), await fixture.raw()];
    await idle.greet();
    await watching.greet();
    watching.say({ type: 'request', id: 1, name: 'watch-snapshot', params: { live: false } });
    watching.say({ type: 'request', id: 2, name: 'snapshot', params: {} });
    await eventually('it watches', () => watching.received.length === 1);
    await clock.advance(idleTimeoutMs);
    await idle.closes();
    expect(idle.received).toMatchObject([{ type: 'failed', id: null, error: { code: 'timed-out' } }]);
    expect(watching.isClosed).toBe(false);
    watching.say({ type: 'cancel', id: 1 });
    await eventually('it watches no more', () => watching.received.length === 2);
    await clock.advance(idleTimeoutMs);
    await watching.closes();
  });

  it('is let go when it has closed its half', async () => {
    const server = await fixture.serve();
    const client = await fixture.raw();
    await client.greet();
    client.socket.allowHalfOpen = true;
    client.socket.end();
    await eventually('it is gone', () => server.clients === 0);
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
    await client.greet();
    client.say({ type: 'request', id: 1, name: 'watch-snapshot', params: { live: false } });
    await eventually('it watches', () => (offer(0), client.received.length > 0));
    client.socket.pause();
    const offers = 1_000;
    for (let since = 1; since <= offers; since++) {
      offer(since);
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.socket.resume();
    const sinceOf = (message: unknown): number =>
      (message as { event: ControlEvent<'watch-snapshot'> }).event.host.since;
    await eventually('the newest', () => sinceOf(client.received.at(-1)) === offers);
    expect(client.received.length).toBeLessThan(100);
  });

  it('is dropped when it lets too much pile up; the others do not notice', async () => {
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
    await slow.greet();
    slow.socket.pause();
    const query = { services: [null], tailLines: null, since: null, until: null, grep: null };
    slow.say({ type: 'request', id: 1, name: 'logs', params: { query, follow: true } });
    const other = await fixture.client();
    await eventually('it is dropped', async () => {
      expect(await other.request('snapshot', {})).toMatchObject({ ok: true });
      return isDropped;
    });
    // Our bound and what the system buffers for a socket.
    expect(sentBytes).toBeLessThan(16 * 1024 * 1024);
  });

  it('is dropped when it does not read at all for half a minute', async () => {
    const clock = new FakeClock();
    let isDropped = false;
    const lines = Array.from({ length: 20 }, () => 'x'.repeat(64 * 1024));
    await fixture.serve(
      {
        streams: {
          logs: async (_, sink) => {
            sink.send({ service: null, lines });
            const end = await untilAborted(sink.signal);
            isDropped = true;
            return end;
          },
        },
      },
      clock,
    );
    const slow = await fixture.raw();
    await slow.greet();
    slow.socket.pause();
    const query = { services: [null], tailLines: null, since: null, until: null, grep: null };
    slow.say({ type: 'request', id: 1, name: 'logs', params: { query, follow: true } });
    await eventually('it is dropped', async () => {
      await clock.advance(1_000);
      return isDropped;
    });
    expect(clock.now()).toBeGreaterThanOrEqual(30_000);
  });

  it('does not keep others waiting with a flood of requests', async () => {
    await fixture.serve();
    const flood = await fixture.raw();
    await flood.greet();
    for (let id = 1; id <= 20_000; id++) flood.say({ type: 'request', id, name: 'snapshot', params: {} });
    const other = await fixture.client();
    expect(await other.request('snapshot', {})).toMatchObject({ ok: true });
    expect(flood.received.length).toBeLessThan(10_000);
    await eventually('all are answered', () => flood.received.length === 20_000, 20_000);
  });
});
