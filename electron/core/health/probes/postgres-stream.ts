/**
 * What the library `pg` talks over: a connection that is open already. It passes on whole messages only, and only sound
 * ones: pg's parser trusts its server. It loops for ever on an error message without an end, which would stop every
 * forward of this process; it throws on numbers that are cut off, and keeps whatever length a message claims to have. pg also
 * gives its password to a server that asks for it in the clear.
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

/** AuthenticationCleartextPassword and AuthenticationMD5Password of message R; SCRAM shows the password to nobody. */
const exposed: ReadonlyMap<number, string> = new Map([
  [3, 'in clear text'],
  [5, 'as an MD5 hash'],
]);

/** How the server wants the password: `in clear text`, `as an MD5 hash`. null: in no way that shows it, or not at all. */
function exposureIn(message: Buffer): string | null {
  if (message[0] !== 0x52 || message.length < headBytes + 4) return null;
  return exposed.get(message.readInt32BE(headBytes)) ?? null;
}

class PostgresStream extends EventEmitter {
  readonly #connection: ProbeConnection;
  readonly #onExposure: ((how: string) => void) | null;
  #received = Buffer.alloc(0);
  #receivedBytes = 0;
  /** What the server says to our leaving is not for pg. */
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

  // The connection is ended by its check.
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
      if (!isSound(message)) return this.#notPostgres();
      const exposure = exposureIn(message);
      if (exposure !== null && this.#onExposure !== null) return this.#refuse(exposure);
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

  #refuse(exposure: string): void {
    this.#hasRefused = true;
    this.#onExposure?.(exposure);
  }

  #notPostgres(): void {
    this.#received = Buffer.alloc(0);
    this.#connection.fail(otherProtocol('PostgreSQL'));
  }
}

const isSound = (message: Buffer): boolean =>
  !fieldMessages.includes(message[0]) || (message.at(-1) === 0 && message.at(-2) === 0);

/**
 * The part of a stream that pg uses: it neither pipes nor pauses. `onExposure`: the server wants the password in a way that
 * others could read, and is not answered; null: it may have it.
 */
export const postgresStream = (
  connection: ProbeConnection,
  onExposure: ((how: string) => void) | null,
): Duplex => new PostgresStream(connection, onExposure) as unknown as Duplex;
