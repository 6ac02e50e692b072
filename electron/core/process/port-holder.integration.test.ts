/** Uses the real system: `/proc` on Linux, `lsof` on macOS. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ListenOptions, type Server } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock as clock } from '../clock.ts';
import { isListening } from '../tunnel/listening-endpoint.ts';
import { findPortHolder } from './port-holder.ts';

let server: Server;

beforeEach(() => {
  server = createServer();
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function listen(options: ListenOptions): Promise<number> {
  server.listen(options);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('the program that holds a port is named with its PID', async () => {
  const localPort = await listen({ host: '127.0.0.1', port: 0 });
  expect(await findPortHolder({ bind: null, localPort }, clock)).toMatch(
    new RegExp(`^\\S.* \\(pid ${process.pid}\\)$`),
  );
});

test.runIf(process.platform === 'linux')(
  'a connection that has the port as its source port holds it',
  async () => {
    const port = await listen({ host: '127.0.0.1', port: 0 });
    const script = `const s = require('net').connect({ port: ${port}, host: '127.0.0.1' }, () => console.log(s.localPort))`;
    const client = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [line] = (await once(client.stdout, 'data')) as [Buffer];
      const place = { bind: null, localPort: Number(line.toString()) };
      expect(await findPortHolder(place, clock)).toMatch(new RegExp(`\\(pid ${client.pid}\\)$`));
    } finally {
      client.kill();
      await once(client, 'exit');
    }
  },
);

test('a free port has no holder', async () => {
  const localPort = await listen({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.close(resolve));
  expect(await findPortHolder({ bind: null, localPort }, clock)).toBeNull();
});

test('a listener is found on a port and on a Unix socket, without a connection', async () => {
  let connections = 0;
  server.on('connection', () => connections++);
  const port = await listen({ host: '127.0.0.1', port: 0 });
  expect(await isListening({ kind: 'tcp', host: '127.0.0.1', port })).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await isListening({ kind: 'tcp', host: '127.0.0.1', port })).toBe(false);

  // Short: macOS allows 103 bytes.
  const folder = await mkdtemp('/tmp/lp-listening-');
  const socket = path.join(folder, 's');
  await listen({ path: socket });
  expect(await isListening({ kind: 'unix', path: socket })).toBe(true);
  expect(connections).toBe(0);
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});
