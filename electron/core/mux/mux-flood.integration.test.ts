/** A master whose server asks for answers without end, and reads none. */
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { messages } from './mux-channel.ts';
import { MuxChannels } from './mux-channels.ts';
import { hello, muxTypes, packet, text, uint32 } from './mux-packet.ts';

const fromServer = (type: number, ...fields: readonly Buffer[]): Buffer =>
  packet(Buffer.from([0, type]), uint32(1), ...fields);

const request = fromServer(messages.request, text('keepalive@openssh.com'), Buffer.from([1]));

it('is left when it does not read the answers', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'localport-mux-'));
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined).write(Buffer.concat([hello(), packet(uint32(muxTypes.proxying))]));
    let received = Buffer.alloc(0);
    const flood = (): void => {
      while (!socket.destroyed && socket.write(request));
    };
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      if (!received.includes('direct-tcpip')) return;
      socket.pause();
      socket.write(fromServer(messages.confirmation, uint32(7), uint32(1_000), uint32(1_000)));
      socket.on('drain', flood);
      flood();
    });
  });
  await new Promise<void>((resolve) => server.listen(path.join(folder, 'master'), resolve));
  const channels = new MuxChannels(path.join(folder, 'master'));
  const opened = await channels.open({ host: 'db', port: 1 }, new AbortController().signal);
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  const ended = new Promise((resolve) => opened.value.once('error', resolve));
  expect(String(await ended)).toMatch(/does not read/);
  await channels.ended;
  server.close();
  rmSync(folder, { recursive: true });
});
