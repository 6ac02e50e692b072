/** The connections that go through tunnels right now, and what they have carried. */
import type { Socket } from 'node:net';
import { reset } from './reset.ts';
import { splice } from './splice.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

interface Connection {
  readonly tunnelId: string;
  readonly client: Socket;
  readonly upstream: UpstreamConnection;
}

export interface RelayTraffic {
  readonly connections: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
}

export interface RelayListener {
  /** A connection ended before a byte went either way. Resolves to whether its tunnel is gone, as soon as that is known. */
  hasTunnelGone(tunnelId: string): Promise<boolean>;
  /** A client of a tunnel that is gone, paused and unread. */
  onTakenBack(client: Socket): void;
}

export class Relay {
  readonly #listener: RelayListener;
  readonly #connections = new Set<Connection>();
  readonly #drainWaiters = new Map<string, (() => void)[]>();
  #closedBytesOut = 0;
  #closedBytesIn = 0;

  constructor(listener: RelayListener) {
    this.#listener = listener;
  }

  /** Joins a paused client to an upstream that has just connected. */
  join(client: Socket, upstream: UpstreamConnection, tunnelId: string): void {
    const connection = { tunnelId, client, upstream };
    this.#connections.add(connection);
    splice(client, upstream, {
      onClosed: () => {
        this.#remove(connection);
      },
      hasTunnelGone: () => this.#listener.hasTunnelGone(tunnelId),
      onTakenBack: () => {
        this.#listener.onTakenBack(client);
      },
    });
  }

  /** Resolves when no connection goes through that tunnel any more. */
  drained(tunnelId: string): Promise<void> {
    if (!this.#isUsed(tunnelId)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drainWaiters.set(tunnelId, [...(this.#drainWaiters.get(tunnelId) ?? []), resolve]);
    });
  }

  /** Resets every connection. */
  endAll(): void {
    for (const { client, upstream } of this.#connections) {
      reset(client);
      reset(upstream.socket);
    }
  }

  /** Bytes of all connections so far, those that are open included. */
  traffic(): RelayTraffic {
    let bytesOut = this.#closedBytesOut;
    let bytesIn = this.#closedBytesIn;
    for (const { client, upstream } of this.#connections) {
      bytesOut += client.bytesRead;
      bytesIn += upstream.socket.bytesRead;
    }
    return { connections: this.#connections.size, bytesOut, bytesIn };
  }

  #remove(connection: Connection): void {
    const { tunnelId, client, upstream } = connection;
    this.#connections.delete(connection);
    this.#closedBytesOut += client.bytesRead;
    this.#closedBytesIn += upstream.socket.bytesRead;
    if (this.#isUsed(tunnelId)) return;
    for (const resolve of this.#drainWaiters.get(tunnelId) ?? []) resolve();
    this.#drainWaiters.delete(tunnelId);
  }

  #isUsed(tunnelId: string): boolean {
    for (const connection of this.#connections) if (connection.tunnelId === tunnelId) return true;
    return false;
  }
}
