import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reset, whenEndIsTrue } from './reset.ts';
import { Peer } from './testing/loopback-peers.ts';

let server: Server;
let socket: Socket;
let peer: Peer;

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  peer = new Peer(connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }));
  [socket] = (await once(server, 'connection')) as [Socket];
});

afterEach(async () => {
  peer.socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

describe('reset', () => {
  it('shows the peer a failure', async () => {
    const closed = once(socket, 'close');
    reset(socket);
    await closed;
    expect(await peer.ended).toBe('reset');
  });

  it('closes a socket whose FIN is just being sent', async () => {
    const closed = once(socket, 'close');
    socket.end('all of it');
    await new Promise((resolve) => {
      process.nextTick(() => process.nextTick(resolve));
    });
    expect([socket.writableLength, socket.writableFinished]).toEqual([0, false]);
    reset(socket);
    await closed;
    expect(await peer.read().all()).toBe('all of it');
  });

  it('does nothing to a socket that is closed', async () => {
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
    reset(socket);
    expect(socket.destroyed).toBe(true);
  });
});

describe('the end that a socket reports', () => {
  /** How a socket that reads everything reports its end: `end`, `reset`. */
  function told(): string[] {
    const seen: string[] = [];
    socket.on('error', () => seen.push('reset'));
    socket.on('end', () => {
      whenEndIsTrue(socket, () => seen.push('end'));
    });
    socket.resume();
    return seen;
  }

  it('is true if the peer ended its half, and leaves the other half open', async () => {
    const seen = told();
    peer.socket.end('question');
    await once(socket, 'end');
    socket.end('answer');
    expect(await peer.read().all()).toBe('answer');
    expect(seen).toEqual(['end']);
  });

  it.each([
    ['nothing waits to be sent', 0],
    ['bytes wait to be sent', 16 * 1024 * 1024],
  ])('is not true if bytes and a reset come in one turn, while %s', async (_, bytes) => {
    const seen = told();
    if (bytes > 0) socket.write(Buffer.alloc(bytes));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    peer.socket.write('cut o');
    peer.socket.resetAndDestroy();
    await closed;
    expect(seen).toEqual(['reset']);
  });
});
