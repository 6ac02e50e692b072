/** All held clients are connected at once, and the tunnel's program accepts one connection at a time, as ssh does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PortFixture, until } from './testing/port-fixture.ts';
import type { Peer } from './testing/loopback-peers.ts';
import type { Connector } from './upstream-connection.ts';

const clients = 256;

/** Accepts one connection every millisecond, and echoes. Its queue is as long as xnu's. */
const slowServer = `
  const wait = new Int32Array(new SharedArrayBuffer(4));
  require('node:net').createServer((socket) => {
    socket.pipe(socket);
    Atomics.wait(wait, 0, 0, 1);
  }).listen({ path: process.argv[1], backlog: 128 }, () => console.log('ready'));`;

/** If the queue is full, refuses with xnu's error code. */
const xnu: Connector = {
  platform: 'darwin',
  connect: (options) => inXnuWords(connect(options)),
};

let refusals = 0;

function inXnuWords(socket: Socket): Socket {
  const emit = socket.emit.bind(socket) as (event: string | symbol, ...values: unknown[]) => boolean;
  const emitInXnuWords = (event: string | symbol, ...values: unknown[]): boolean => {
    const [error] = values as [NodeJS.ErrnoException | undefined];
    if (event === 'error' && error?.code === 'EAGAIN') {
      error.code = 'ECONNREFUSED';
      refusals += 1;
    }
    return emit(event, ...values);
  };
  return Object.assign(socket, { emit: emitInXnuWords });
}

let fixture: PortFixture;

beforeEach(async () => {
  fixture = await PortFixture.create();
});

afterEach(() => fixture.scope.close());

async function listenSlowly(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'burst-'));
  fixture.scope.own('folder', () => rm(folder, { recursive: true, force: true }));
  const socketPath = path.join(folder, 'socket');
  const child = spawn(process.execPath, ['-e', slowServer, socketPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  fixture.scope.own('slow server', async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await once(child.stdout, 'data');
  return socketPath;
}

it(`serves ${clients} held clients without blaming a tunnel whose queue they fill`, async () => {
  const isMac = process.platform === 'darwin';
  const local = await fixture.open(isMac ? {} : { connector: xnu });
  const peers = await Promise.all(Array.from({ length: clients }, () => fixture.client()));
  for (const { socket } of peers) socket.write('hello');
  await until(() => expect(local.counters().held).toBe(clients));
  const endpoint = { kind: 'unix', path: await listenSlowly() } as const;
  local.setUpstream({ tunnelId: 't1', trialMs: null, endpoint });
  const unserved = (): readonly Peer[] => peers.filter(({ text }) => text !== 'hello');
  await until(() => expect(unserved()).toEqual([]));
  if (!isMac) expect(refusals).toBeGreaterThan(0);
  // On a busy machine this program may in fact keep a client waiting for a second: that is no blame for its queue.
  expect(fixture.suspicions.filter((finding) => !finding.includes('got no answer'))).toEqual([]);
});
