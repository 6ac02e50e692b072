/** The packets of one check of MySQL, in their order, over whatever its connection is at the time: plain or TLS. */
import type net from 'node:net';
import { toEvidence } from '../../failure/evidence.ts';
import { mysqlPacket, takePacket } from './mysql-packets.ts';
import type { ProbeConnection } from './probe-connection.ts';
import { otherProtocol } from './probe-failures.ts';

/** Of what is not MySQL, a banner's worth is shown. */
const maxQuotedBytes = 80;

export class MysqlStream {
  readonly #connection: ProbeConnection;
  readonly #onPayload: (payload: Buffer) => void;
  #socket: net.Socket | null = null;
  #received: Buffer = Buffer.alloc(0);
  /** Of the last packet, whoever sent it. */
  #sequence = 0;

  constructor(connection: ProbeConnection, onPayload: (payload: Buffer) => void) {
    this.#connection = connection;
    this.#onPayload = onPayload;
  }

  /** Reads from what the connection is now. */
  resume(): void {
    this.#socket = this.#connection.socket;
    this.#socket.on('data', this.#take);
  }

  /** What was received and not read is dropped: before TLS, somebody in between may have slipped it in. */
  stop(): void {
    this.#socket?.off('data', this.#take);
    this.#socket = null;
    this.#received = Buffer.alloc(0);
  }

  /** Goes on in the present exchange. */
  send(payload: Buffer): void {
    this.#sequence += 1;
    this.#connection.socket.write(mysqlPacket(this.#sequence, payload));
  }

  /** Begins an exchange. */
  command(payload: Buffer): void {
    this.#sequence = 0;
    this.#connection.socket.write(mysqlPacket(0, payload));
  }

  readonly #take = (bytes: Buffer): void => {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#socket !== null) {
      const taken = takePacket(this.#received);
      if (taken === 'incomplete') return;
      if (taken === 'not-mysql') return this.#notMysql();
      this.#received = taken.rest;
      this.#sequence = taken.sequence;
      this.#onPayload(taken.payload);
    }
  };

  #notMysql(): void {
    // A line of text, as other servers greet; what begins with other bytes says nothing to a reader.
    const [said = ''] = /^[ -~]*/.exec(this.#received.toString('latin1', 0, maxQuotedBytes)) ?? [];
    this.stop();
    this.#connection.fail(otherProtocol('MySQL', said === '' ? undefined : toEvidence(said, [])));
  }
}
