import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { findRemains } from './shutdown-verification.ts';

const remainsOf = (port: number): Promise<readonly string[]> =>
  findRemains({ children: [], addresses: [{ bind: null, localPort: port }], runtimeDirectory: '/nowhere' });

const strangersProgram = `
  const server = require('node:net').createServer();
  server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));
`;

it('reports a port on which this process still listens', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await remainsOf(port)).toEqual([`port ${port} cannot be bound again`]);
  server.close();
  await once(server, 'close');
  expect(await remainsOf(port)).toEqual([]);
});

it("does not report another program's port, for which a service waited, as left behind", async () => {
  const stranger = spawn(process.execPath, ['-e', strangersProgram], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(stranger, 'close');
  try {
    const [port] = (await once(stranger.stdout, 'data')) as [Buffer];
    expect(await remainsOf(Number(port.toString()))).toEqual([]);
  } finally {
    stranger.kill();
    await ended;
  }
});
