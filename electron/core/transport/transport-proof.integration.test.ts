import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { continueProcess, stopProcess } from './testing/stopped-process.ts';
import { proveBySocket } from './transport-proof.ts';
import type { TransportProof } from './carrier.ts';

/** Closes each connection at once, like ssh's probe socket after the server's refusal. */
const closer = `
  require('net').createServer((socket) => socket.end())
    .listen({ path: process.argv.at(-1), backlog: 1 }, () => console.log('ready'));`;

let directory: string;
let socket: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'localport-proof-'));
  socket = path.join(directory, 'probe.sock');
});

afterEach(() => rm(directory, { recursive: true, force: true }));

it('is silent while the queue of the socket is full, and alive when it is not', async () => {
  const child = spawn(process.execPath, ['-e', closer, '--', socket], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  expect(await proveBySocket(socket, 5_000, systemClock)).toEqual({ kind: 'alive' });
  await stopProcess(child.pid ?? 0);
  const queued = Array.from({ length: 4 }, () => net.connect(socket).on('error', () => undefined));
  const refused = await new Promise<NodeJS.ErrnoException>((resolve) => {
    net.connect(socket).once('error', resolve);
  });
  expect(refused.code).toBe(process.platform === 'darwin' ? 'ECONNREFUSED' : 'EAGAIN');
  const before = systemClock.now();
  expect(await proveBySocket(socket, 200, systemClock)).toEqual({ kind: 'silent' });
  expect(systemClock.now() - before).toBeLessThan(1_000);
  const proof = proveBySocket(socket, 5_000, systemClock);
  await continueProcess(child.pid ?? 0);
  expect(await proof).toEqual({ kind: 'alive' });
  for (const one of queued) one.destroy();
  child.kill('SIGKILL');
});

it('is silent on macOS while the file exists, and dead when it is gone', async () => {
  // This refuses like a full queue does there: a socket whose listener has exited.
  const child = spawn(process.execPath, ['-e', closer, '--', socket], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const proof = (): Promise<TransportProof> => proveBySocket(socket, 120, systemClock, 'darwin');
  expect(await proof()).toEqual({ kind: 'silent' });
  await rm(socket);
  expect(await proof()).toMatchObject({ kind: 'dead' });
});

it('is dead without a listener', async () => {
  expect(await proveBySocket(socket, 1_000, systemClock)).toMatchObject({
    kind: 'dead',
    cause: { title: 'The tunnel ended (its private socket is gone)' },
  });
});
