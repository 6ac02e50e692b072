/** Real servers on loopback with different behaviors. Nothing outlives `close`. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import type { Endpoint } from '../../../connect/endpoint.ts';
import { systemClock, type Timer } from '../../../clock.ts';

export interface TestServer {
  readonly endpoint: Endpoint;
  readonly port: number;
  openConnections(): number;
  close(): Promise<void>;
}

export type Behavior = (socket: net.Socket) => void;

export interface ListenOptions {
  /** Does not close a connection automatically when the client half-closes it. */
  readonly allowHalfOpen?: boolean;
  /** Listens on this Unix socket instead of a loopback port. */
  readonly path?: string;
  /** Speaks TLS with this certificate. */
  readonly certificate?: { readonly key: string; readonly cert: string };
}

export async function listen(behavior: Behavior, options: ListenOptions = {}): Promise<TestServer> {
  const sockets = new Set<net.Socket>();
  const accept = (socket: net.Socket): void => {
    // Errors caused by the client are not this server's concern.
    socket.on('error', () => undefined);
    behavior(socket);
  };
  const { allowHalfOpen = false, certificate, path } = options;
  const server =
    certificate === undefined
      ? net.createServer({ allowHalfOpen }, accept)
      : tls.createServer(certificate, accept);
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');

  const port = path === undefined ? (server.address() as AddressInfo).port : 0;
  return {
    endpoint: path === undefined ? { kind: 'tcp', host: '127.0.0.1', port } : { kind: 'unix', path },
    port,
    openConnections: () => sockets.size,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export const neverAnswers: Behavior = (socket) => {
  socket.resume();
};

export const closesAtOnce: Behavior = (socket) => {
  socket.resume();
  socket.end();
};

export const resetsAtOnce: Behavior = (socket) => {
  // Node can reset plain sockets only.
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
};

/** Replies with `answer` to the first bytes of a client. */
export const answers =
  (answer: string | Buffer): Behavior =>
  (socket) => {
    socket.once('data', () => socket.write(answer));
  };

export const sendsGarbage: Behavior = answers(
  Buffer.from('\u0007\u0000garbage, and no end of line'.repeat(20)),
);

/** Replies with `opening` to the first bytes of a client, then sends one more byte every 5 ms. */
export const dripsAfter =
  (opening: string): Behavior =>
  (socket) => {
    let next: Timer | undefined;
    const drip = (): void => {
      socket.write('x');
      next = systemClock.after(5, drip);
    };
    socket.once('data', () => {
      socket.write(opening);
      drip();
    });
    socket.once('close', () => next?.cancel());
  };

const floodBlockBytes = 64 * 1024;

/**
 * Replies with `opening` to the first bytes of a client, then sends `piece` repeatedly, as fast as the client reads.
 */
export const floodsAfter =
  (opening: string | Buffer, piece: string | Buffer = 'x'): Behavior =>
  (socket) => {
    const block = Buffer.alloc(floodBlockBytes - (floodBlockBytes % piece.length), piece);
    const flood = (): void => {
      while (!socket.destroyed && socket.write(block));
    };
    socket.once('data', () => {
      socket.write(opening);
      socket.on('drain', flood);
      flood();
    });
  };
