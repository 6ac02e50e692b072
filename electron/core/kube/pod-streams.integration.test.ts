/** Streams to a pod through the real kubectl proxy: SPDY over a WebSocket, and by POST where that is refused. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import {
  type FixtureServer,
  freePort,
  greeting,
  startChecksumServer,
  startEchoServer,
  startGreetingServer,
  startServer,
} from '../../../e2e/fixtures/servers.ts';
import { KubeWorld, podPort } from './testing/kube-world.ts';
import { continueProcess, stopProcess } from '../transport/testing/stopped-process.ts';
import { whenStable, endedBy } from '../spdy/testing/stream-ends.ts';

const mebibyte = 1024 * 1024;

let world: KubeWorld;
const servers: FixtureServer[] = [];

beforeEach(async () => {
  world = await KubeWorld.create();
});

afterEach(async () => {
  await world.dispose();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/** Starts the server behind the pod's port. */
async function serve(start: Promise<FixtureServer>, port = podPort): Promise<FixtureServer> {
  const server = await start;
  servers.push(server);
  world.api.setTarget(port, server);
  return server;
}

async function textOf(stream: Duplex): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function echoed(stream: Duplex, text: string): Promise<string> {
  stream.write(text);
  return String(((await once(stream, 'data')) as [Buffer])[0]);
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A server that sends without end, and counts. */
async function startFlood(): Promise<FixtureServer & { readonly sent: () => number }> {
  let sent = 0;
  const block = Buffer.alloc(64 * 1024, 'x');
  const server = await serve(
    startServer(
      net.createServer((socket) => {
        socket.on('error', () => socket.destroy());
        const pour = (): void => {
          while (!socket.destroyed) {
            sent += block.length;
            if (!socket.write(block)) return;
          }
        };
        socket.on('drain', pour);
        pour();
      }),
      0,
    ),
  );
  return Object.assign(server, { sent: () => sent });
}

describe.each([
  { method: 'a WebSocket', webSockets: 'known', verb: 'GET' },
  { method: 'a POST, where WebSockets are unknown', webSockets: 'unknown', verb: 'POST' },
  { method: 'a POST, where the role allows nothing else', webSockets: 'forbidden', verb: 'POST' },
] as const)('through $method', ({ webSockets, verb }) => {
  beforeEach(() => {
    world.api.setWebSockets(webSockets);
  });

  it('carries 8 MiB in both directions unchanged', async () => {
    await serve(startEchoServer());
    const { streams } = await world.podStreams();
    const stream = await world.connected(streams);
    const received = createHash('sha256');
    const reading = (async () => {
      for await (const chunk of stream as AsyncIterable<Buffer>) received.update(chunk);
    })();
    const sent = randomBytes(8 * mebibyte);
    const pieces = Array.from({ length: 100 }, (_, i) => sent.subarray(i * 83_887, (i + 1) * 83_887));
    await pipeline(Readable.from(pieces), stream, { end: true });
    await reading;
    expect(received.digest('hex')).toBe(sha256(sent));
    expect(world.api.requests).toContain(`${verb} /api/v1/namespaces/default/pods/web-0/portforward`);
  });

  it('passes on the end of one half and leaves the other open', async () => {
    await serve(startChecksumServer());
    const { streams } = await world.podStreams();
    const stream = await world.connected(streams);
    stream.end('all that I have');
    expect(await textOf(stream)).toBe(sha256(Buffer.from('all that I have')));
    expect(await endedBy(stream)).toBeNull();
  });

  it('delivers data that arrives before we send anything, and the end', async () => {
    await serve(startGreetingServer());
    const { streams } = await world.podStreams();
    const stream = await world.connected(streams);
    expect(await textOf(stream)).toBe(greeting);
    stream.destroy();
  });

  it('reports a refused port at once, and continues with others', async () => {
    await serve(startEchoServer());
    const { streams } = await world.podStreams();
    const good = await world.connected(streams);
    const bad = await world.connected(streams, await freePort());
    expect(String(await endedBy(bad))).toMatch(/connection refused/);
    expect(world.complaints.map(({ code }) => code)).toEqual(['target-refused']);
    expect(await echoed(good, 'still here')).toBe('still here');
    good.destroy();
  });
});

it('uses only POST once only that was allowed', async () => {
  await serve(startEchoServer());
  world.api.setWebSockets('forbidden');
  const { streams } = await world.podStreams();
  await world.connected(streams);
  await eventually('the warm one', () => streams.connectionCount === 2);
  const asked = world.api.requests.filter((request) => request.endsWith('/portforward'));
  expect(asked.map((request) => request.split(' ')[0])).toEqual(['GET', 'POST', 'POST']);
});

it.each([['known'], ['unknown']] as const)(
  'reaches a cluster below a path of its gateway, as in Rancher (WebSockets %s)',
  async (webSockets) => {
    const former = world;
    world = await KubeWorld.create({ basePath: '/k8s/clusters/c-1' });
    await former.dispose();
    world.api.setWebSockets(webSockets);
    await serve(startGreetingServer());
    const { streams } = await world.podStreams();
    expect(await textOf(await world.connected(streams))).toBe(greeting);
  },
);

it('is forbidden only if both methods are refused', async () => {
  const { streams } = await world.podStreams();
  world.api.setAccess('forbidden');
  const opened = await world.connect(streams);
  expect(opened.ok ? null : opened.error).toMatchObject({
    code: 'forbidden',
    evidence: expect.stringContaining('cannot create resource "pods/portforward"') as string,
  });
  world.api.setAccess('allowed');
  await serve(startEchoServer());
  expect(await echoed(await world.connected(streams), 'granted later')).toBe('granted later');
});

it('reports a pod that does not exist', async () => {
  const { streams } = await world.podStreams('gone-0');
  const opened = await world.connect(streams);
  expect(opened.ok ? null : opened.error.code).toBe('resource-missing');
});

it('reports a pod whose connections are refused after its deletion', async () => {
  await serve(startEchoServer());
  const { streams } = await world.podStreams();
  await echoed(await world.connected(streams), 'x');
  world.api.removePod('web-0', 'refused');
  const stream = await world.connected(streams);
  expect(await endedBy(stream)).not.toBeNull();
  expect(world.complaints).toHaveLength(1);
});

it('serves twenty clients at once on a few connections', async () => {
  await serve(startEchoServer());
  const { streams } = await world.podStreams();
  const clients = await Promise.all(Array.from({ length: 20 }, () => world.connected(streams)));
  const answers = await Promise.all(
    clients.map((client, index) => echoed(client, `client ${String(index)}`)),
  );
  expect(answers).toEqual(clients.map((_, index) => `client ${String(index)}`));
  expect(streams.connectionCount).toBeLessThanOrEqual(4);
  for (const client of clients) client.destroy();
});

it('keeps one connection warm, so that the next client needs no handshake', async () => {
  await serve(startEchoServer());
  const { streams } = await world.podStreams();
  expect(await streams.warm(world.service)).toEqual({ ok: true, value: undefined });
  expect(streams.connectionCount).toBe(1);
  const first = await world.connected(streams);
  await eventually('a second one', () => streams.connectionCount === 2);
  first.destroy();
});

it('lets other clients continue while one does not read, and buffers little for it', async () => {
  const flood = await startFlood();
  await serve(startEchoServer(), 7);
  const { streams } = await world.podStreams();
  const stuck = await world.connected(streams);
  await whenStable('what is sent to it', flood.sent);
  expect(stuck.readableLength).toBeLessThan(mebibyte);
  const others = await Promise.all(Array.from({ length: 10 }, () => world.connected(streams, 7)));
  for (const other of others) expect(await echoed(other, 'x')).toBe('x');
  // It reads after all, and receives everything in order.
  const [chunk] = (await once(stuck, 'data')) as [Buffer];
  expect(chunk.every((byte) => byte === 'x'.charCodeAt(0))).toBe(true);
  for (const client of [stuck, ...others]) client.destroy();
});

it('stops a writer whose server does not read', async () => {
  const paused = net.createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => socket.destroy());
  });
  await serve(startServer(paused, 0));
  const { streams } = await world.podStreams();
  const writer = await world.connected(streams);
  const block = Buffer.alloc(mebibyte);
  let written = 0;
  const pour = (): void => {
    do written += block.length;
    while (writer.write(block) && written < 256 * mebibyte);
  };
  writer.on('drain', pour);
  pour();
  await whenStable('what it has written', () => written);
  expect(written).toBeLessThan(64 * mebibyte);
  expect(writer.writableLength).toBeLessThan(4 * mebibyte);
  writer.destroy();
});

it('resets a stream that is abandoned, and the pod notices', async () => {
  let open = 0;
  const counting = net.createServer((socket) => {
    open += 1;
    socket.on('error', () => socket.destroy());
    socket.once('close', () => (open -= 1));
    socket.resume();
  });
  await serve(startServer(counting, 0));
  const { streams } = await world.podStreams();
  const stream = await world.connected(streams);
  stream.write('half a');
  await eventually('it has arrived', () => open === 1);
  stream.destroy();
  await eventually('its end has arrived', () => open === 0);
});

it('fails every stream when kubectl is killed', async () => {
  await serve(startEchoServer());
  const { session, streams } = await world.podStreams();
  const clients = await Promise.all([world.connected(streams), world.connected(streams)]);
  for (const client of clients) await echoed(client, 'x');
  process.kill(session.pid ?? 0, 'SIGKILL');
  const errors = await Promise.all(clients.map(endedBy));
  expect(errors.map(String)).toEqual(Array(2).fill('Error: the connection to the pod was lost'));
  expect((await session.ended).cause?.code).toBe('killed');
  expect(streams.connectionCount).toBe(0);
});

it('fails every stream when the kubelet cuts them, and reconnects', async () => {
  await serve(startEchoServer());
  const { streams } = await world.podStreams();
  const client = await world.connected(streams);
  await echoed(client, 'x');
  world.api.dropForwards();
  expect(await endedBy(client)).not.toBeNull();
  await eventually('all are gone', () => streams.connectionCount === 0);
  const next = await world.connected(streams);
  expect(await echoed(next, 'again')).toBe('again');
  next.destroy();
});

it('proves the kubelet by a round trip, but not while kubectl is stopped', async () => {
  await serve(startEchoServer());
  const { session, streams } = await world.podStreams();
  // Without a connection, opening one is the answer.
  expect(await streams.prove(5_000, world.service)).toBe(true);
  expect(await streams.prove(5_000, world.service)).toBe(true);
  await stopProcess(session.pid ?? 0);
  expect(await streams.prove(300, world.service)).toBe(false);
  await continueProcess(session.pid ?? 0);
  expect(await streams.prove(5_000, world.service)).toBe(true);
});
