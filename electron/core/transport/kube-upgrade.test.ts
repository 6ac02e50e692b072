/** Upgrades at a server on a Unix socket that answers as it likes. */
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { createPodDialer } from './kube-upgrade.ts';
import { createKubeRequests } from './kube-requests.ts';

it('goes on by POST where a WebSocket is accepted with another protocol', async () => {
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
