/**
 * One stream of a SPDY connection. Invariants:
 *
 * 1. Half-close in both directions: our end is a FIN, the other side's FIN ends reading, and neither ends the
 *    other.
 * 2. A client that does not read holds at most `bufferBytes`; then the whole connection waits, because SPDY in
 *    Kubernetes has no windows.
 * 3. A stream that is destroyed before both halves have ended is reset, so that the other side does not wait for
 *    it.
 */
import { Duplex } from 'node:stream';
import type { Borrower } from '../connect/lent-bytes.ts';

/** Large enough that a reader with short pauses does not stop the other streams of the connection. */
const bufferBytes = 256 * 1024;

type Done = (error?: Error | null) => void;

/** The parts of the connection that a stream uses. */
export interface StreamCarrier {
  send(stream: SpdyStream, parts: readonly Buffer[], done: Done): void;
  sendFin(stream: SpdyStream, done: Done): void;
  sendReset(stream: SpdyStream): void;
  /** The stream's buffer is full. */
  stall(stream: SpdyStream): void;
  release(stream: SpdyStream): void;
  /** The stream is closed in both directions. */
  forget(stream: SpdyStream): void;
}

export class SpdyStream extends Duplex {
  readonly id: number;
  /** Resolves to whether the other side accepted the stream: false if it closed first. */
  readonly accepted: Promise<boolean>;
  /** The known reason when the other side resets the stream. */
  resetReason: () => Error | null = () => null;
  /** Where the stream is piped to, if that can take lent bytes. */
  borrower: Borrower | null = null;
  readonly #carrier: StreamCarrier;
  #settleAccepted: (isAccepted: boolean) => void = () => undefined;
  #hasSentFin: boolean;
  #hasGotFin = false;
  #isRemoteEndClosed = false;

  /** `writable` false: our half has ended with the opening frame. */
  constructor(carrier: StreamCarrier, id: number, writable: boolean) {
    super({ allowHalfOpen: true, readableHighWaterMark: bufferBytes });
    this.#carrier = carrier;
    this.id = id;
    this.#hasSentFin = !writable;
    this.accepted = new Promise((resolve) => (this.#settleAccepted = resolve));
    if (!writable) this.end();
  }

  noteAccepted(): void {
    this.#settleAccepted(true);
  }

  /** Takes lent bytes. */
  deliver(bytes: Buffer): boolean {
    if (this.destroyed || this.#hasGotFin) return true;
    if (this.borrower?.isReady === true && this.readableLength === 0 && this.readableFlowing === true)
      return this.borrower.borrow(bytes);
    if (!this.push(Buffer.from(bytes))) this.#carrier.stall(this);
    return true;
  }

  deliverFin(): void {
    if (this.#hasGotFin) return;
    this.#hasGotFin = true;
    this.#forgetIfOver();
    if (!this.destroyed) this.push(null);
    // After the end, Node no longer calls `_read`.
    this.#carrier.release(this);
  }

  /** The other side has reset the stream. */
  deliverReset(): void {
    this.destroy(this.resetReason() ?? new Error('the remote end reset the connection'));
  }

  /** The remote end has closed both halves. Later writes are discarded, and fail once everything has been read. */
  noteRemoteEndClosed(): void {
    this.#isRemoteEndClosed = true;
  }

  override _read(): void {
    this.#carrier.release(this);
  }

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: Done): void {
    if (this.#hasSentFin) {
      done();
      return;
    }
    this.#hasSentFin = true;
    this.#carrier.sendFin(this, done);
    this.#forgetIfOver();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#settleAccepted(false);
    this.#carrier.release(this);
    if (!this.#isOver) this.#carrier.sendReset(this);
    this.#carrier.forget(this);
    done(error);
  }

  get #isOver(): boolean {
    return this.#hasSentFin && this.#hasGotFin;
  }

  #forgetIfOver(): void {
    if (this.#isOver) this.#carrier.forget(this);
  }

  #send(parts: readonly Buffer[], done: Done): void {
    if (!this.#isRemoteEndClosed) this.#carrier.send(this, parts, done);
    // A failed write would discard the data that has not been read yet.
    else done(this.readableEnded ? new Error('the remote end has closed the connection') : null);
  }
}
