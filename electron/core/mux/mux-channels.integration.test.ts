/** Our own channels on a real master, to real servers behind a real sshd. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { signalIfAlive } from '../../../e2e/fixtures/process-tree.ts';
import {
  freePort,
  portOf,
  startChecksumServer,
  startServer,
  type FixtureServer,
} from '../../../e2e/fixtures/servers.ts';
import type { Sshd, SshdOptions } from '../../../e2e/fixtures/sshd.ts';
import { systemClock, withDeadline } from '../clock.ts';
import { Scope } from '../scope.ts';
import type { Tunnel } from '../tunnel/tunnel-adapter.ts';
import type { ChannelTarget } from './channel.ts';
import { MuxChannels } from './mux-channels.ts';
import { MuxChannel, windowBytes } from './mux-channel.ts';
import { SshWorld } from '../ssh/testing/ssh-world.ts';

let scope: Scope;
let world: SshWorld;
let sshd: Sshd;
let master: Tunnel;
let channels: MuxChannels;

const noSignal = (): AbortSignal => new AbortController().signal;

async function prepare(options: Omit<SshdOptions, 'client'> = {}): Promise<void> {
  sshd = await world.start(options);
  ({ tunnel: master } = await world.workshop.openReady(world.to(sshd)));
  const { runtimeDirectory } = world.workshop;
  const controlPath = readdirSync(runtimeDirectory).find((name) => name.endsWith('.c')) ?? '';
  channels = new MuxChannels(path.join(runtimeDirectory, controlPath));
}

beforeEach(async () => {
  scope = new Scope('test');
  world = await SshWorld.create();
});

afterEach(async () => {
  await scope.close();
  await world.dispose();
});

async function serve(server: Promise<FixtureServer>): Promise<ChannelTarget> {
  const { stop, port } = await server;
  scope.own('server', stop);
  return { host: '127.0.0.1', port };
}

const echo = (): ChannelTarget => ({ host: '127.0.0.1', port: world.echo.port });

async function open(to: ChannelTarget = echo()): Promise<MuxChannel> {
  const opened = await channels.open(to, noSignal());
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  const channel = opened.value;
  if (!(channel instanceof MuxChannel)) throw new Error('not a channel of our own master');
  return channel.on('error', () => undefined);
}

function* chunks(bytes: number, seed: number): Generator<Buffer> {
  for (let left = bytes, round = 0; left > 0; left -= 100_000, round++) {
    const chunk = Buffer.alloc(Math.min(100_000, left), createHash('sha512').update(String(seed)).digest());
    if (chunk.length >= 4) chunk.writeUInt32BE(round);
    yield chunk;
  }
}

const digest = (bytes: number, seed: number): string => {
  const hash = createHash('sha256');
  for (const chunk of chunks(bytes, seed)) hash.update(chunk);
  return hash.digest('hex');
};

const send = (stream: Duplex, bytes: number, seed = 0): Promise<void> =>
  pipeline(Readable.from(chunks(bytes, seed)), stream as NodeJS.WritableStream);

async function receive(stream: Duplex): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

it('carries large bodies in both directions', async () => {
  await prepare();
  const size = 24 * 1024 * 1024;
  const stream = await open();
  const [received] = await Promise.all([receive(stream), send(stream, size)]);
  expect(received).toBe(digest(size, 0));
});

it('passes on the end of either side and leaves the other open', async () => {
  await prepare();
  const stream = await open(await serve(startChecksumServer()));
  stream.end('all that there is');
  expect(await text(stream)).toBe(createHash('sha256').update('all that there is').digest('hex'));

  // The target ends first, and still receives what follows.
  const received: Buffer[] = [];
  const remoteEnd = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (chunk) => received.push(chunk)).end('goodbye');
  });
  const other = await open(await serve(startServer(remoteEnd, 0)));
  const answer: Buffer[] = [];
  await once(
    other.on('data', (chunk: Buffer) => answer.push(chunk)),
    'end',
  );
  expect(Buffer.concat(answer).toString()).toBe('goodbye');
  other.end('said after your end');
  await eventually(
    'the target has received it',
    () => Buffer.concat(received).toString() === 'said after your end',
  );
});

it("reports a refusal with the server's own reason and code", async () => {
  const allowed = await freePort();
  await prepare({ config: [`PermitOpen 127.0.0.1:${world.echo.port} 127.0.0.1:${allowed}`] });
  const refused = async (to: ChannelTarget): Promise<unknown> => {
    const opened = await channels.open(to, noSignal());
    return opened.ok ? 'open' : opened.error;
  };
  expect(await refused({ host: '127.0.0.1', port: allowed })).toEqual({
    kind: 'refused',
    code: 2,
    reason: 'Connection refused',
  });
  expect(await refused({ host: '127.0.0.1', port: 1 })).toMatchObject({ kind: 'refused', code: 1 });
  expect(await refused({ path: '/nowhere' })).toMatchObject({ kind: 'refused', code: 2 });
});

it('reaches Unix sockets of the server', async () => {
  await prepare();
  const file = path.join(world.workshop.runtimeDirectory, 'far');
  const server = net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(file);
  await once(server, 'listening');
  scope.own('server', () => new Promise<void>((resolve) => server.close(() => resolve())));
  const stream = await open({ path: file });
  stream.end('by path');
  expect(await text(stream)).toBe('by path');
});

it('carries fifty channels at once', async () => {
  await prepare();
  const size = 300_000;
  const received = await Promise.all(
    Array.from({ length: 50 }, async (_, seed) => {
      const stream = await open();
      const [hash] = await Promise.all([receive(stream), send(stream, size, seed)]);
      return hash;
    }),
  );
  expect(received).toEqual(Array.from({ length: 50 }, (_, seed) => digest(size, seed)));
});

it('stops an unread target at its window, and no other target', async () => {
  await prepare();
  let sentBytes = 0;
  const flood = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    const pour = (): void => {
      while (socket.write(Buffer.alloc(700, 1))) sentBytes += 700;
      sentBytes += 700;
    };
    socket.on('drain', pour);
    pour();
  });
  const unread = await open(await serve(startServer(flood, 0)));
  await eventually('its window is full', () => unread.unreadBytes === windowBytes);
  const size = 4 * 1024 * 1024;
  const stream = await open();
  const [received] = await Promise.all([receive(stream), send(stream, size)]);
  expect(received).toBe(digest(size, 0));
  expect(unread.unreadBytes).toBe(windowBytes);
  // It continues when it is read again.
  const before = sentBytes;
  unread.resume();
  await eventually('the target continues', () => sentBytes > before + 4 * windowBytes);
  unread.destroy();
});

it('waits for a target that does not read, with a bounded number of bytes', async () => {
  await prepare();
  const sockets: net.Socket[] = [];
  const lazy = net.createServer({ pauseOnConnect: true }, (socket) => {
    sockets.push(socket.on('error', () => socket.destroy()));
  });
  const stream = await open(await serve(startServer(lazy, 0)));
  const size = 64 * 1024 * 1024;
  let pulledBytes = 0;
  function* counted(): Generator<Buffer> {
    for (const chunk of chunks(size, 0)) {
      pulledBytes += chunk.length;
      yield chunk;
    }
  }
  const sending = pipeline(Readable.from(counted()), stream as NodeJS.WritableStream).catch(() => undefined);
  let last = -1;
  await eventually('no more is accepted', async () => {
    const isSame = last === pulledBytes;
    last = pulledBytes;
    return (await withDeadline(systemClock, 100, sending)) === 'deadline' && isSame && last > 0;
  });
  expect(pulledBytes).toBeLessThan(24 * 1024 * 1024);
  expect(stream.writableLength).toBeLessThanOrEqual(200_000);
  // Another channel continues in the meantime.
  const other = await open();
  other.end('meanwhile');
  expect(await text(other)).toBe('meanwhile');
  for (const socket of sockets) socket.resume();
  await sending;
  expect(pulledBytes).toBe(size);
});

it('ends all channels with its master', async () => {
  await prepare();
  const streams = await Promise.all([open(), open()]);
  const errors = streams.map((stream) => once(stream.resume(), 'error'));
  const silent = await serve(startServer(net.createServer(), 0));
  await sshd.freezeSessions(true);
  const opening = channels.open(silent, noSignal());
  signalIfAlive(master.pid ?? 0, 'SIGKILL');
  expect((await Promise.all(errors)).map(([error]) => (error as Error).message)).toEqual([
    'ssh closed its control socket',
    'ssh closed its control socket',
  ]);
  expect(await opening).toMatchObject({ ok: false, error: { kind: 'gone' } });
  await channels.ended;
  expect(await channels.open(echo(), noSignal())).toMatchObject({ ok: false, error: { kind: 'gone' } });
  await sshd.freezeSessions(false);
});

it('releases a channel that is no longer wanted, before and after it is open', async () => {
  await prepare();
  let accepted = 0;
  let ended = 0;
  const server = net.createServer((socket) => {
    accepted += 1;
    socket.resume().on('error', () => undefined);
    socket.on('close', () => (ended += 1));
  });
  const to = await serve(startServer(server, 0));
  const cancellation = new AbortController();
  const opening = channels.open(to, cancellation.signal);
  cancellation.abort();
  expect(await opening).toEqual({ ok: false, error: { kind: 'canceled' } });
  (await open(to)).destroy();
  await eventually('both have ended', () => accepted === 2 && ended === 2);
  const stream = await open();
  stream.end('still fine');
  expect(await text(stream)).toBe('still fine');
  expect(portOf(server)).toBeGreaterThan(0);
});

it("answers sshd's keepalive, which is sent to a channel", async () => {
  await prepare({ config: ['ClientAliveInterval 1', 'ClientAliveCountMax 1'] });
  const stream = await open();
  expect(await withDeadline(systemClock, 4_000, channels.ended)).toBe('deadline');
  stream.end('still here');
  expect(await text(stream)).toBe('still here');
});

it("reports a socket that is not a master's", async () => {
  await prepare();
  const nowhere = new MuxChannels(path.join(world.workshop.runtimeDirectory, 'nowhere'));
  expect(await nowhere.open(echo(), noSignal())).toMatchObject({ ok: false, error: { kind: 'gone' } });
  const file = path.join(world.workshop.runtimeDirectory, 'web');
  const web = net
    .createServer((socket) => void socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    .listen(file);
  await once(web, 'listening');
  scope.own('web', () => new Promise<void>((resolve) => web.close(() => resolve())));
  expect(await new MuxChannels(file).open(echo(), noSignal())).toEqual({
    ok: false,
    error: { kind: 'gone', reason: 'ssh answered in an unknown protocol' },
  });
});
