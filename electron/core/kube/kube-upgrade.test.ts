/** Upgrades at a server on a Unix socket that answers as the test says. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { createPodDialer } from './kube-upgrade.ts';
import { createKubeRequests } from './kube-requests.ts';

it('continues with POST if a WebSocket is accepted with another protocol', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'localport-upgrade-'));
  const socketPath = path.join(directory, 'api');
  const asked: string[] = [];
  const server = http.createServer();
  server.on('upgrade', ({ method }, socket) => {
    asked.push(method ?? '');
    const head =
      method === 'POST'
        ? ['Upgrade: SPDY/3.1', 'X-Stream-Protocol-Version: portforward.k8s.io']
        : ['Upgrade: websocket', 'Sec-WebSocket-Accept: another'];
    socket.on('error', () => socket.destroy()).on('end', () => socket.destroy());
    socket.resume();
    socket.write(['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', ...head, '', ''].join('\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const dial = createPodDialer(socketPath, {
    api: createKubeRequests(socketPath, systemClock),
    clock: systemClock,
  });
  const { signal } = new AbortController();
  const dialed = await dial({ namespace: 'default', pod: 'web-0' }, { signal, deadlineMs: 5_000 });
  expect(dialed.ok ? 'open' : dialed.error).toBe('open');
  expect(asked).toEqual(['GET', 'POST']);
  if (dialed.ok) {
    dialed.value.close();
    await dialed.value.ended;
  }
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

it('does not return a connection that closes with the answer to its upgrade', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'localport-upgrade-'));
  const socketPath = path.join(directory, 'api');
  const server = http.createServer();
  server.on('upgrade', ({ headers }, socket) => {
    const key = String(headers['sec-websocket-key']);
    const accepted = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.on('error', () => undefined);
    socket.end(
      [
        'HTTP/1.1 101 Switching Protocols',
        'Connection: Upgrade',
        'Upgrade: websocket',
        `Sec-WebSocket-Accept: ${accepted}`,
        'Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io',
        '',
        '',
      ].join('\r\n'),
    );
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const dial = createPodDialer(socketPath, {
    api: createKubeRequests(socketPath, systemClock),
    clock: systemClock,
  });
  const { signal } = new AbortController();
  const dialed = await dial({ namespace: 'default', pod: 'web-0' }, { signal, deadlineMs: 5_000 });
  // Either it is refused, or its end is reported.
  if (dialed.ok) await dialed.value.ended;
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});
