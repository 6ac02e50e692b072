/** Real servers on loopback, each with its own way to behave. Nothing outlives `close`. */
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

export type Behaviour = (socket: net.Socket) => void;

export interface ListenOptions {
  /** Leaves it to the behavior to close a connection that the client has closed on its side. */
  readonly allowHalfOpen?: boolean;
  /** Listens on this Unix socket instead of a loopback port. */
  readonly path?: string;
  /** Speaks TLS with this certificate. */
  readonly certificate?: { readonly key: string; readonly cert: string };
}

export async function listen(behaviour: Behaviour, options: ListenOptions = {}): Promise<TestServer> {
  const sockets = new Set<net.Socket>();
  const accept = (socket: net.Socket): void => {
    // What a client does to its end of the connection is not this server's business.
    socket.on('error', () => undefined);
    behaviour(socket);
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

export const neverAnswers: Behaviour = (socket) => {
  socket.resume();
};

export const closesAtOnce: Behaviour = (socket) => {
  socket.resume();
  socket.end();
};

export const resetsAtOnce: Behaviour = (socket) => {
  // Node resets plain sockets only.
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
};

/** Answers the first bytes of a client, whatever they are, with these. */
export const answers =
  (answer: string | Buffer): Behaviour =>
  (socket) => {
    socket.once('data', () => socket.write(answer));
  };

export const sendsGarbage: Behaviour = answers(
  Buffer.from('\u0007\u0000garbage, and no end of line'.repeat(20)),
);

/** Sends `opening` to the first bytes of a client and then one more byte every 5 ms. */
export const dripsAfter =
  (opening: string): Behaviour =>
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

/** Sends `opening` to the first bytes of a client and then `piece` again and again, as much as the client takes. */
export const floodsAfter =
  (opening: string | Buffer, piece: string | Buffer = 'x'): Behaviour =>
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
