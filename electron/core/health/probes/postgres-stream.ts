/**
 * What the library `pg` talks over: a connection that is open already. It passes on whole messages only, and only sound
 * ones: pg's parser trusts its server. It loops for ever on an error message without an end, which would stop every
 * forward of this process; it throws on numbers that are cut off, and keeps whatever length a message claims to have.
 */
import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { ProbeConnection } from './probe-connection.ts';
import { otherProtocol } from './probe-failures.ts';

/** A login and one row have less than a kilobyte; a server may add notices. */
const maxMessageBytes = 64 * 1024;
const maxReceivedBytes = 256 * 1024;

const headBytes = 5;
/** `E` and `N`: errors and notices are fields, each ended by a zero byte, and a zero byte after the last. */
const fieldMessages: readonly (number | undefined)[] = [...Buffer.from('EN')];

class PostgresStream extends EventEmitter {
  readonly #connection: ProbeConnection;
  #received = Buffer.alloc(0);
  #receivedBytes = 0;

  constructor(connection: ProbeConnection) {
    super();
    this.#connection = connection;
    connection.socket.on('data', (bytes: Buffer) => this.#take(bytes));
    connection.socket.once('close', () => this.emit('close'));
  }

  get writable(): boolean {
    return this.#connection.socket.writable;
  }

  connect(): void {
    setImmediate(() => this.emit('connect'));
  }

  write(bytes: Buffer, onWritten?: () => void): boolean {
    return this.#connection.socket.write(bytes, onWritten);
  }

  setNoDelay(): void {
    this.#connection.socket.setNoDelay(true);
  }

  // The connection is ended by its check.
  end(): void {}
  destroy(): void {}

  #take(bytes: Buffer): void {
    this.#receivedBytes += bytes.length;
    if (this.#receivedBytes > maxReceivedBytes) return this.#notPostgres();
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= headBytes) {
      const messageBytes = 1 + this.#received.readInt32BE(1);
      if (messageBytes < headBytes || messageBytes > maxMessageBytes) return this.#notPostgres();
      if (this.#received.length < messageBytes) return;
      const message = this.#received.subarray(0, messageBytes);
      this.#received = this.#received.subarray(messageBytes);
      if (!isSound(message)) return this.#notPostgres();
      this.#pass(message);
    }
  }

  #pass(message: Buffer): void {
    try {
      this.emit('data', message);
    } catch {
      // The parser ran over the end of the message.
      this.#notPostgres();
    }
  }

  #notPostgres(): void {
    this.#received = Buffer.alloc(0);
    this.#connection.fail(otherProtocol('PostgreSQL'));
  }
}

const isSound = (message: Buffer): boolean =>
  !fieldMessages.includes(message[0]) || (message.at(-1) === 0 && message.at(-2) === 0);

/** The part of a stream that pg uses: it neither pipes nor pauses. */
export const postgresStream = (connection: ProbeConnection): Duplex =>
  new PostgresStream(connection) as unknown as Duplex;
