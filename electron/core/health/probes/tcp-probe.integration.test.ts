import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sleep, systemClock } from '../../clock.ts';
import { Scope } from '../../scope.ts';
import { ask, finding, tcp } from './testing/ask.ts';
import {
  closesAtOnce,
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
afterEach(() => scope.close());

const serve = async (behavior: Behavior, options: ListenOptions = {}): Promise<TestServer> => {
  const server = await listen(behavior, options);
  scope.own('server', () => server.close());
  return server;
};

/** In its own thread, so that it continues while the probe's thread is blocked. */
const serverThatEndsLater = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer((socket) => {
    parentPort.postMessage('connected');
    setTimeout(() => socket.end(), 150);
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

describe('tcp probe', () => {
  it('passes on the first byte, without waiting for the connection to settle', async () => {
    const server = await serve((socket) => socket.write('SSH-2.0-test\r\n'));
    const startedAt = performance.now();
    expect(await finding(ask(server.endpoint, tcp, { timeoutMs: 10_000 }))).toBe('passed');
    expect(performance.now() - startedAt).toBeLessThan(900);
  });

  it('passes a silent connection that is still open after half of the timeout', async () => {
    const server = await serve(neverAnswers);
    const startedAt = performance.now();
    expect(await ask(server.endpoint, tcp, { timeoutMs: 300 })).toMatchObject({ kind: 'passed' });
    expect(Math.round(performance.now() - startedAt)).toBeGreaterThanOrEqual(149);
  });

  it('passes a silent connection after a second when the timeout is long', async () => {
    const server = await serve(neverAnswers);
    const startedAt = performance.now();
    expect(await ask(server.endpoint, tcp, { timeoutMs: 60_000 })).toMatchObject({ kind: 'passed' });
    expect(Math.round(performance.now() - startedAt)).toBeGreaterThanOrEqual(999);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it('does not count its own waiting as latency', async () => {
    const silent = await serve(neverAnswers);
    expect(await ask(silent.endpoint, tcp, { timeoutMs: 300 })).toEqual({ kind: 'passed', tookMs: null });
    const greeting = await serve((socket) => socket.write('SSH-2.0-test\r\n'));
    expect(await ask(greeting.endpoint, tcp)).toEqual({
      kind: 'passed',
      tookMs: expect.any(Number) as number,
    });
  });

  it.each([
    ['ends', closesAtOnce],
    ['resets', resetsAtOnce],
    ['ends after a round trip', (socket) => void systemClock.after(80, () => socket.end())],
  ] as [string, Behavior][])('fails when the remote end %s the connection', async (_, behavior) => {
    const server = await serve(behavior);
    const result = await ask(server.endpoint, tcp, { timeoutMs: 1000 });
    expect(result).toEqual({
      kind: 'failed',
      finding: 'the connection was closed right after it opened',
      failure: { kind: 'closed', stage: 'right-after-opening', remoteEndSpoke: false },
    });
  });

  it('notices an end that arrived while the event loop was blocked', async () => {
    const server = new Worker(serverThatEndsLater, { eval: true });
    scope.own('server', async () => {
      await server.terminate();
    });
    const [port] = (await once(server, 'message')) as [number];
    const result = ask({ kind: 'tcp', host: '127.0.0.1', port }, tcp, { timeoutMs: 600 });
    await once(server, 'message');
    await sleep(systemClock, 30);
    // Just before the event loop runs its timers: then both are overdue, and the end lies unread in the socket.
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);
    expect(await result).toMatchObject({ finding: 'the connection was closed right after it opened' });
  });

  it('does not wait for a remote end that keeps its side open', async () => {
    const server = await serve((socket) => socket.write('hello'), { allowHalfOpen: true });
    const startedAt = performance.now();
    expect(await finding(ask(server.endpoint, tcp, { timeoutMs: 20_000 }))).toBe('passed');
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it('reports that nothing listens', async () => {
    const server = await listen(neverAnswers);
    await server.close();
    expect(await finding(ask(server.endpoint, tcp))).toBe('the connection was refused (ECONNREFUSED)');
  });

  it('checks a tunnel on a Unix socket, and reports a missing socket', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'probe-'));
    scope.own('directory', () => rm(directory, { recursive: true }));
    const server = await listen((socket) => socket.write('hello'), { path: path.join(directory, 'tunnel') });
    expect(await finding(ask(server.endpoint, tcp))).toBe('passed');
    await server.close();
    expect(await finding(ask(server.endpoint, tcp))).toBe("the tunnel's socket is gone (ENOENT)");
  });
});
