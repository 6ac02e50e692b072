/**
 * The stream for the `pg` library, over an existing connection. It passes on only complete, well-formed messages,
 * because pg's parser trusts its server: it loops forever on an unterminated error message, which would block every
 * forward of this process; it throws on truncated numbers, and buffers whatever length a message claims. pg would also
 * send its password in clear text to a server that requests it.
 */
import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { ProbeConnection } from './probe-connection.ts';
import { otherProtocol } from './probe-failures.ts';

/** A login and one row take less than 1 KB; a server may add notices. */
const maxMessageBytes = 64 * 1024;
const maxReceivedBytes = 256 * 1024;

const headBytes = 5;
/** `E` and `N`: errors and notices consist of zero-terminated fields, with a zero byte after the last. */
const fieldMessages: readonly (number | undefined)[] = [...Buffer.from('EN')];

/** AuthenticationCleartextPassword and AuthenticationMD5Password of message R; SCRAM never exposes the password. */
const exposed: ReadonlyMap<number, string> = new Map([
  [3, 'in clear text'],
  [5, 'as an MD5 hash'],
]);

/** The form in which the server requests the password and others could read it: `in clear text`, `as an MD5 hash`; null: none. */
function exposureIn(message: Buffer): string | null {
  if (message[0] !== 0x52 || message.length < headBytes + 4) return null;
  return exposed.get(message.readInt32BE(headBytes)) ?? null;
}

class PostgresStream extends EventEmitter {
  readonly #connection: ProbeConnection;
  readonly #onExposure: ((how: string) => void) | null;
  #received = Buffer.alloc(0);
  #receivedBytes = 0;
  /** Set after refusing; pg must not see the server's reply to our disconnect. */
  #hasRefused = false;

  constructor(connection: ProbeConnection, onExposure: ((how: string) => void) | null) {
    super();
    this.#connection = connection;
    this.#onExposure = onExposure;
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

  // The check itself closes the connection.
  end(): void {}
  destroy(): void {}

  #take(bytes: Buffer): void {
    if (this.#hasRefused) return;
    this.#receivedBytes += bytes.length;
    if (this.#receivedBytes > maxReceivedBytes) return this.#notPostgres();
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= headBytes) {
      const messageBytes = 1 + this.#received.readInt32BE(1);
      if (messageBytes < headBytes || messageBytes > maxMessageBytes) return this.#notPostgres();
      if (this.#received.length < messageBytes) return;
      const message = this.#received.subarray(0, messageBytes);
      this.#received = this.#received.subarray(messageBytes);
      if (!isWellFormed(message)) return this.#notPostgres();
      const exposure = exposureIn(message);
      if (exposure !== null && this.#onExposure !== null) return this.#refuse(exposure);
      this.#pass(message);
    }
  }

  #pass(message: Buffer): void {
    try {
      this.emit('data', message);
    } catch {
      // The parser read past the end of the message.
      this.#notPostgres();
    }
  }

  #refuse(exposure: string): void {
    this.#hasRefused = true;
    this.#onExposure?.(exposure);
  }

  #notPostgres(): void {
    this.#received = Buffer.alloc(0);
    this.#connection.fail(otherProtocol('PostgreSQL'));
  }
}

const isWellFormed = (message: Buffer): boolean =>
  !fieldMessages.includes(message[0]) || (message.at(-1) === 0 && message.at(-2) === 0);

/**
 * Implements the part of a stream that pg uses, without pipe and pause. `onExposure` is called instead of answering if
 * the server requests the password in a form that can be intercepted; null: the password may be sent.
 */
export const postgresStream = (
  connection: ProbeConnection,
  onExposure: ((how: string) => void) | null,
): Duplex => new PostgresStream(connection, onExposure) as unknown as Duplex;
