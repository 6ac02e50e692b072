import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { InProcessServer, type InProcessSocket } from './in-process-server.ts';

interface Ends {
  readonly client: InProcessSocket;
  readonly served: InProcessSocket;
  readonly server: InProcessServer;
}

async function connected(): Promise<Ends> {
  let onServed: (socket: InProcessSocket) => void = () => undefined;
  const accepted = new Promise<InProcessSocket>((resolve) => (onServed = resolve));
  const server = new InProcessServer((socket) => onServed(socket));
  const client = server.connect();
  const served = await accepted;
  return { client, served, server };
}

/** Everything up to the end of this half. */
async function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
  await once(socket, 'end');
  return text;
}

/** The code of the error that it is closed with; null: none. */
async function closingOf(socket: Socket): Promise<string | null> {
  const codes: (string | undefined)[] = [];
  socket.on('error', ({ code }: NodeJS.ErrnoException) => codes.push(code));
  const hadError = await new Promise((resolve) => socket.once('close', resolve));
  expect(hadError).toBe(codes.length === 1);
  return codes[0] ?? null;
}

describe('a connection in this process', () => {
  it('carries bytes both ways, counts them, and ends each half alone', async () => {
    const { client, served } = await connected();
    client.end('hello');
    expect(await textOf(served)).toBe('hello');
    served.end('and good-bye');
    expect(await textOf(client)).toBe('and good-bye');
    expect([client.bytesWritten, client.bytesRead, served.bytesWritten, served.bytesRead]).toEqual([
      5, 12, 12, 5,
    ]);
  });

  it.each([
    ['hello', (client: Socket) => client.end('hello')],
    ['', (client: Socket) => client.end()],
  ])('carries what was written before it is connected: %j', async (text, write) => {
    let onText: (text: Promise<string>) => void = () => undefined;
    const received = new Promise<string>((resolve) => (onText = resolve));
    const server = new InProcessServer((socket) => {
      onText(textOf(socket));
    });
    const client = server.connect();
    write(client);
    expect(await received).toBe(text);
    client.destroy();
  });

  it('hands text over as bytes, and corked pieces as one', async () => {
    const { client, served } = await connected();
    client.cork();
    client.write('na');
    client.write('c3af', 'hex');
    client.write(Buffer.from('ve'));
    process.nextTick(() => client.uncork());
    const [bytes] = (await once(served, 'data')) as [Buffer];
    expect(bytes.toString()).toBe('naïve');
  });

  it('stops the writer while the reader is behind, and loses nothing', async () => {
    const { client, served } = await connected();
    const block = Buffer.alloc(64 * 1024, 'x');
    let written = 0;
    const fill = (): void => {
      while (written < 400 && client.write(block)) written += 1;
      written += 1;
      if (written < 400) client.once('drain', fill);
      else client.end();
    };
    fill();
    await new Promise(setImmediate);
    const before = client.bytesWritten;
    expect(before).toBeLessThan(1024 * 1024);
    let read = 0;
    served.on('data', ({ length }: Buffer) => (read += length));
    await once(served, 'end');
    expect(read).toBe(client.bytesWritten);
    expect(read).toBeGreaterThan(before);
  });

  it('ends for the other side when it is closed, which can then write no more', async () => {
    const { client, served } = await connected();
    client.destroy();
    expect(await textOf(served)).toBe('');
    served.write('too late');
    expect(await closingOf(served)).toBe('EPIPE');
  });

  it('still delivers what was written before it was closed', async () => {
    const { client, served } = await connected();
    client.write('last words');
    client.destroySoon();
    expect(await textOf(served)).toBe('last words');
    served.destroy();
  });

  it.each([
    ['is reset', (socket: Socket) => socket.resetAndDestroy()],
    ['breaks', (socket: Socket) => socket.on('error', () => undefined).destroy(new Error('broken'))],
  ])('breaks for the other side when it %s', async (_, breakIt) => {
    const { client, served } = await connected();
    breakIt(client);
    expect(await closingOf(served)).toBe('ECONNRESET');
  });

  it('fails a write that the other side has not taken', async () => {
    const { client, served } = await connected();
    const block = Buffer.alloc(1024 * 1024);
    client.write(block);
    client.write(block);
    served.destroy();
    expect(await closingOf(client)).toBe('EPIPE');
  });

  it('is refused by a server that has closed, and lasts if it was open before', async () => {
    const { client, served, server } = await connected();
    server.close();
    expect(await closingOf(server.connect())).toBe('ECONNREFUSED');
    client.write('still here');
    expect(String(((await once(served, 'data')) as [Buffer])[0])).toBe('still here');
    client.destroy();
    served.destroy();
  });

  it('never reaches the server if it is closed at once', async () => {
    const clients: Socket[] = [];
    const server = new InProcessServer((socket) => clients.push(socket));
    server.connect().destroy();
    server.connect().resetAndDestroy();
    await new Promise(setImmediate);
    expect(clients).toEqual([]);
  });
});

describe('lent bytes', () => {
  const bytes = Buffer.from('lent');

  it('are handed over at once, and counted', async () => {
    const { client, served } = await connected();
    const taken: string[] = [];
    client.lendTo((lent) => taken.push(lent.toString()) > 1);
    expect(served.isReady).toBe(true);
    expect([served.borrow(bytes), served.borrow(bytes)]).toEqual([false, true]);
    expect(taken).toEqual(['lent', 'lent']);
    expect([served.bytesWritten, client.bytesRead]).toEqual([8, 8]);
  });

  it('wait for a reader that takes them', async () => {
    const { client, served } = await connected();
    expect(served.isReady).toBe(false);
    client.on('data', () => undefined);
    expect(served.isReady).toBe(false);
  });

  it('do not overtake bytes that were written before', async () => {
    const { client, served } = await connected();
    client.lendTo(() => true);
    client.pause();
    expect(served.isReady).toBe(false);
    served.write('before');
    client.resume();
    expect(served.isReady).toBe(false);
    await once(client, 'data');
    expect(served.isReady).toBe(true);
  });

  it('are not taken once an end has closed', async () => {
    const ended = await connected();
    ended.client.lendTo(() => true);
    ended.served.end();
    expect(ended.served.isReady).toBe(false);
    const destroyed = await connected();
    destroyed.client.lendTo(() => true);
    destroyed.client.destroy();
    expect(destroyed.served.isReady).toBe(false);
  });
});
