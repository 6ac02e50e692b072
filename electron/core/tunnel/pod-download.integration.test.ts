/** Downloads from a pod through the real kubectl proxy and the relay, whose buffers are used again and again. */
import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FixtureServer, startServer } from '../../../e2e/fixtures/servers.ts';
import { InProcessServer } from '../connect/in-process-server.ts';
import { PortFixture } from '../relay/testing/port-fixture.ts';
import { KubeWorld, podPort } from '../kube/testing/kube-world.ts';
import { joinChannel } from './joined-channel.ts';

const mebibyte = 1024 * 1024;
const downloadBytes = 24 * mebibyte;

let world: KubeWorld;
let relay: PortFixture;
let server: FixtureServer;

beforeEach(async () => {
  world = await KubeWorld.create();
  relay = await PortFixture.create();
  // No two blocks are alike.
  server = await startServer(
    net.createServer((socket) => {
      const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
      const blocks = Array.from({ length: downloadBytes / mebibyte }, () => Buffer.alloc(mebibyte));
      pipeline(Readable.from(blocks), cipher, socket).catch(() => undefined);
    }),
    0,
  );
  world.api.setTarget(podPort, server);
});

afterEach(async () => {
  await relay.scope.close();
  await world.dispose();
  await server.stop();
});

const expected = createHash('sha256')
  .update(
    createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(downloadBytes)),
  )
  .digest('hex');

/** A client that stops for `pauseMs` after each `burstBytes`. */
async function download({ burstBytes, pauseMs }: { burstBytes: number; pauseMs: number }): Promise<string> {
  const socket = net.connect({ port: relay.port, host: '127.0.0.1' });
  relay.scope.own('client', () => {
    socket.destroy();
  });
  const received = createHash('sha256');
  let left = burstBytes;
  socket.on('data', (bytes: Buffer) => {
    received.update(bytes);
    left -= bytes.length;
    if (left > 0) return;
    left = burstBytes;
    socket.pause();
    setTimeout(() => socket.resume(), pauseMs);
  });
  await once(socket, 'end');
  return received.digest('hex');
}

it.each(['known', 'forbidden'] as const)(
  'brings each client its bytes, whatever its pace, with WebSockets %s',
  async (webSockets) => {
    world.api.setWebSockets(webSockets);
    const { streams } = await world.podStreams();
    const endpoint = {
      kind: 'in-process' as const,
      server: new InProcessServer((client) => {
        client.on('error', () => undefined);
        void world.connected(streams).then((stream) => {
          joinChannel(client, stream);
        });
      }),
    };
    const local = await relay.open();
    local.setUpstream({ tunnelId: 't1', endpoint, trialMs: null });
    const paces = [
      { burstBytes: Infinity, pauseMs: 0 },
      { burstBytes: 8 * mebibyte, pauseMs: 200 },
      { burstBytes: mebibyte / 4, pauseMs: 5 },
    ];
    expect(await Promise.all(paces.map(download))).toEqual(paces.map(() => expected));
  },
);
