/** Clients and remote ends for the tests of the relay: real sockets that record what happened to them. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../../connect/endpoint.ts';
import { InProcessServer } from '../../connect/in-process-server.ts';
import { whenEndIsTrue } from '../reset.ts';

/** One end of a connection. */
export class Peer {
  readonly socket: Socket;
  /** Resolves at the end of file (`fin`) or when the connection breaks (`reset`). */
  readonly ended: Promise<'fin' | 'reset'>;
  #text = '';

  constructor(socket: Socket) {
    this.socket = socket;
    this.ended = new Promise((resolve) => {
      socket.on('end', () => {
        whenEndIsTrue(socket, () => {
          resolve('fin');
        });
      });
      socket.on('error', () => {
        resolve('reset');
      });
    });
  }

  /** Reads everything that arrives; without this call nothing is read. */
  read(): this {
    this.socket.on('data', (bytes: Buffer) => {
      this.#text += bytes.toString('latin1');
    });
    return this;
  }

  get text(): string {
    return this.#text;
  }

  /** Everything up to the end of file. */
  async all(): Promise<string> {
    const how = await this.ended;
    return how === 'fin' ? this.#text : `${this.#text}<reset>`;
  }
}

/**
 * Connects and reads; its own direction stays open when the other one closes. A client that is reset at once may never
 * see that it was connected.
 */
export async function connectClient(port: number, host = '127.0.0.1'): Promise<Peer> {
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  const client = new Peer(socket);
  client.read();
  await Promise.race([once(socket, 'connect').catch(() => undefined), client.ended]);
  return client;
}

/** The remote end of a tunnel; everything it opened is closed by `close()`. */
export class RemoteEnd {
  readonly endpoint: Endpoint;
  readonly accepted: Peer[] = [];
  readonly #dispose: () => Promise<void>;

  private constructor(endpoint: Endpoint, dispose: () => Promise<void>) {
    this.endpoint = endpoint;
    this.#dispose = dispose;
  }

  /** Listens on a Unix socket, as ssh does, on a random port, as kubectl does, or in this process. */
  static async listen(kind: Endpoint['kind'], onConnection: (peer: Peer) => void): Promise<RemoteEnd> {
    if (kind === 'in-process') {
      const server = new InProcessServer((socket) => remote.#accept(socket, onConnection));
      const remote = new RemoteEnd({ kind, server }, () => {
        server.close();
        return Promise.resolve();
      });
      return remote;
    }
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const folder = await mkdtemp(join(tmpdir(), 'relay-'));
    server.listen(kind === 'unix' ? { path: join(folder, 'socket') } : { host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const endpoint: Endpoint =
      kind === 'unix'
        ? { kind, path: join(folder, 'socket') }
        : { kind, host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    const remote = new RemoteEnd(endpoint, async () => {
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    });
    server.on('connection', (socket) => remote.#accept(socket, onConnection));
    return remote;
  }

  #accept(socket: Socket, onConnection: (peer: Peer) => void): void {
    const peer = new Peer(socket);
    this.accepted.push(peer);
    onConnection(peer);
  }

  async close(): Promise<void> {
    for (const { socket } of this.accepted) socket.destroy();
    await this.#dispose();
  }
}

/** Echoes its input, including the end of file. */
export const echo = ({ socket }: Peer): void => {
  socket.pipe(socket);
};

/** A port that is free on both loopback addresses. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen({ host: '::', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
