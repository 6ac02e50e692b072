/** The packets of one MySQL check, in order, over the connection's current socket: plain or TLS. */
import type net from 'node:net';
import { toEvidence } from '../../failure/evidence.ts';
import { mysqlPacket, takePacket } from './mysql-packets.ts';
import type { ProbeConnection } from './probe-connection.ts';
import { otherProtocol } from './probe-failures.ts';

/** How much of a non-MySQL greeting is quoted. */
const maxQuotedBytes = 80;

export class MysqlStream {
  readonly #connection: ProbeConnection;
  readonly #onPayload: (payload: Buffer) => void;
  #socket: net.Socket | null = null;
  #received: Buffer = Buffer.alloc(0);
  /** The sequence number of the last packet, from either side. */
  #sequence = 0;

  constructor(connection: ProbeConnection, onPayload: (payload: Buffer) => void) {
    this.#connection = connection;
    this.#onPayload = onPayload;
  }

  /** Reads from the connection's current socket. */
  resume(): void {
    this.#socket = this.#connection.socket;
    this.#socket.on('data', this.#take);
  }

  /** Drops unread bytes: before TLS, an attacker may have injected them. */
  stop(): void {
    this.#socket?.off('data', this.#take);
    this.#socket = null;
    this.#received = Buffer.alloc(0);
  }

  /** Continues the current exchange. */
  send(payload: Buffer): void {
    this.#sequence += 1;
    this.#connection.socket.write(mysqlPacket(this.#sequence, payload));
  }

  /** Starts a new exchange. */
  command(payload: Buffer): void {
    this.#sequence = 0;
    this.#connection.socket.write(mysqlPacket(0, payload));
  }

  readonly #take = (bytes: Buffer): void => {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#socket !== null) {
      const packet = takePacket(this.#received);
      if (packet === 'incomplete') return;
      if (packet === 'not-mysql') return this.#notMysql();
      this.#received = packet.rest;
      this.#sequence = packet.sequence;
      this.#onPayload(packet.payload);
    }
  };

  #notMysql(): void {
    // Quote a line of text, such as another server's greeting; binary data would mean nothing to the reader.
    const [quoted = ''] = /^[ -~]*/.exec(this.#received.toString('latin1', 0, maxQuotedBytes)) ?? [];
    this.stop();
    this.#connection.fail(otherProtocol('MySQL', quoted === '' ? undefined : toEvidence(quoted, [])));
  }
}
