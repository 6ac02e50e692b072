import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Scope } from '../../scope.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import type { ProbeRequest } from '../probe.ts';
import { ProbeSockets } from './probe-sockets.ts';

/** Listens with the shortest queue, and accepts nothing before it is notified. */
const busyListener = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer((socket) => socket.end());
  server.listen({ path: workerData.path, backlog: 1 }, () => {
    parentPort.postMessage('listens');
    Atomics.wait(workerData.gate, 0, 0);
  });
`;

let scope: Scope;
let clock: FakeClock;
let request: ProbeRequest;
const gate = new Int32Array(new SharedArrayBuffer(4));

beforeEach(async () => {
  scope = new Scope('test');
  clock = new FakeClock();
  gate[0] = 0;
  const folder = await mkdtemp(path.join(tmpdir(), 'probe-'));
  scope.own('folder', () => rm(folder, { recursive: true }));
  const socketPath = path.join(folder, 'tunnel');
  const worker = new Worker(busyListener, { eval: true, workerData: { path: socketPath, gate } });
  scope.own('worker', async () => {
    await worker.terminate();
  });
  await once(worker, 'message');
  await fillQueue(socketPath);
  const { signal } = new AbortController();
  const endpoint = { kind: 'unix', path: socketPath } as const;
  request = { endpoint, spec: { type: 'tcp' }, timeoutMs: 5_000, signal, clock };
});

afterEach(async () => {
  await scope.close();
  expect(clock.pendingTimers).toBe(0);
});

/** Connects until the queue is full. */
async function fillQueue(socketPath: string): Promise<void> {
  for (;;) {
    const filler = connect(socketPath);
    scope.own('filler', () => void filler.destroy());
    try {
      await once(filler, 'connect');
    } catch {
      return;
    }
  }
}

const until = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 5_000, interval: 5 });

it("wait for room in a tunnel's queue", async () => {
  const sockets = new ProbeSockets(() => undefined);
  const outcomes: string[] = [];
  sockets.connect(request, {
    onConnected: (socket: Socket) => {
      outcomes.push('connected');
      socket.destroy();
    },
    onFailed: ({ code }) => outcomes.push(`failed ${code}`),
  });
  await until(() => expect(sockets.refusal?.code).toBe('EAGAIN'));
  expect(outcomes).toEqual([]);
  gate[0] = 1;
  Atomics.notify(gate, 0);
  await until(async () => {
    await clock.advance(50);
    expect(outcomes).toEqual(['connected']);
  });
  expect(sockets.refusal).toBeNull();
});

it('do not retry after abort', async () => {
  const sockets = new ProbeSockets(() => undefined);
  sockets.connect(request, { onConnected: () => undefined, onFailed: () => undefined });
  await until(() => expect(clock.pendingTimers).toBe(1));
  sockets.abort();
  expect([clock.pendingTimers, sockets.areClosed]).toEqual([0, true]);
});
