/**
 * A server whose clients are in this process: bytes are handed over instead of going through the kernel. The ends behave as
 * TCP sockets do. Invariants:
 *   1. Each end may close its half alone, and a reader that is behind stops the other end's writer.
 *   2. An end that breaks or is reset breaks the other one, so that a cut-off transfer does not look complete. A Unix socket
 *      cannot show the difference.
 *   3. Writing to an end that has closed fails with EPIPE, and connecting to a closed server with ECONNREFUSED.
 */
import { Socket } from 'node:net';
import type { Borrower, Lender, TakeLent } from './lent-bytes.ts';

/** With Node's default of 16 KiB, an end would pause and resume for each chunk. */
const highWaterMark = 256 * 1024;

type Done = (error?: Error | null) => void;

export class InProcessServer {
  readonly #onClient: (client: InProcessSocket) => void;
  #isOpen = true;

  /** `onClient` gets each client paused, with half-close allowed. */
  constructor(onClient: (client: InProcessSocket) => void) {
    this.#onClient = onClient;
  }

  /** The client's end. It connects or fails later, as a socket does. */
  connect(): InProcessSocket {
    const ours = new InProcessSocket();
    process.nextTick(() => {
      if (ours.destroyed) return;
      if (!this.#isOpen) {
        ours.destroy(systemError('ECONNREFUSED', 'connect'));
        return;
      }
      this.#onClient(ours.join(new InProcessSocket()));
      ours.emit('connect');
    });
    return ours;
  }

  /** Takes no new clients; those that are connected stay. Idempotent. */
  close(): void {
    this.#isOpen = false;
  }
}

/** A `Socket` without a system socket, so that relay and checks need no second kind of connection. */
export class InProcessSocket extends Socket implements Lender, Borrower {
  /** null: not connected yet. */
  #peer: InProcessSocket | null = null;
  #lendTo: TakeLent | null = null;
  #isReset = false;
  #bytesReceived = 0;
  #bytesSent = 0;
  #hasEnded = false;
  /** Completes the peer's write once there is room for more. */
  #onRoom: Done | null = null;
  /** Performs a write that began before there was a peer. */
  #onJoined: (() => void) | null = null;

  constructor() {
    const options = { allowHalfOpen: true, highWaterMark };
    super(options);
    Object.defineProperties(this, {
      bytesRead: { get: () => this.#bytesReceived },
      bytesWritten: { get: () => this.#bytesSent },
    });
  }

  /** Returns the other end. */
  join(other: InProcessSocket): InProcessSocket {
    this.#peer = other;
    other.#peer = this;
    this.#onJoined?.();
    if (this.#hasEnded) other.push(null);
    return other;
  }

  lendTo(take: TakeLent): void {
    this.#lendTo = take;
    this.on('data', take);
  }

  /** Nothing is queued on the way to the other end's `take`. */
  get isReady(): boolean {
    const peer = this.#peer;
    return (
      peer?.destroyed === false &&
      peer.readableFlowing === true &&
      peer.readableLength + this.writableLength === 0 &&
      peer.#lendTo !== null &&
      !this.#hasEnded
    );
  }

  borrow(bytes: Buffer): boolean {
    this.#count(bytes);
    const lendTo = this.#peer === null ? null : this.#peer.#lendTo;
    return lendTo?.(bytes) ?? true;
  }

  override resetAndDestroy(): this {
    this.#isReset = true;
    return this.destroy();
  }

  override _read(): void {
    const onRoom = this.#onRoom;
    this.#onRoom = null;
    onRoom?.();
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: Done): void {
    this.#send(toBuffer(chunk, encoding), done);
  }

  override _writev(
    chunks: readonly { readonly chunk: Buffer | string; readonly encoding: BufferEncoding }[],
    done: Done,
  ): void {
    // In one piece: each would cost the reader a system call.
    this.#send(Buffer.concat(chunks.map(({ chunk, encoding }) => toBuffer(chunk, encoding))), done);
  }

  override _final(done: Done): void {
    this.#end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const onRoom = this.#onRoom;
    this.#onRoom = null;
    onRoom?.(systemError('EPIPE', 'write'));
    if (error !== null || this.#isReset) this.#peer?.destroy(systemError('ECONNRESET', 'read'));
    else this.#end();
    done(error);
    // `Socket` leaves this event to the system socket.
    process.nextTick(() => this.emit('close', error !== null));
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#peer?.destroyed === false) this.#peer.push(null);
  }

  #send(bytes: Buffer, done: Done): void {
    const peer = this.#peer;
    if (peer === null) {
      this.#onJoined = () => this.#send(bytes, done);
      return;
    }
    if (peer.destroyed) {
      done(systemError('EPIPE', 'write'));
      return;
    }
    this.#count(bytes);
    if (peer.push(bytes)) done();
    else peer.#onRoom = done;
  }

  #count({ length }: Buffer): void {
    this.#bytesSent += length;
    if (this.#peer !== null) this.#peer.#bytesReceived += length;
  }
}

const toBuffer = (chunk: Buffer | string, encoding: BufferEncoding): Buffer =>
  typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;

const systemError = (code: string, syscall: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
