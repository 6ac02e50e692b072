/**
 * One stream of a SPDY connection. Invariants:
 *
 * 1. Half-close both ways: our end is a FIN, the other side's is the end of reading, and neither ends the other.
 * 2. Who does not read holds at most `bufferBytes`; then the whole connection waits, because SPDY in Kubernetes has no windows.
 * 3. A stream that goes before both halves have ended is reset, so that nobody waits for it.
 */
import { Duplex } from 'node:stream';

/** Enough that a reader who is only slow now and then does not stop the others of the connection. */
const bufferBytes = 256 * 1024;

type Done = (error?: Error | null) => void;

/** What a stream asks of its connection. */
export interface StreamCarrier {
  send(stream: SpdyStream, parts: readonly Buffer[], done: Done): void;
  sendFin(stream: SpdyStream, done: Done): void;
  sendReset(stream: SpdyStream): void;
  /** Its buffer is full. */
  stall(stream: SpdyStream): void;
  release(stream: SpdyStream): void;
  /** Nothing more comes or goes. */
  forget(stream: SpdyStream): void;
}

export class SpdyStream extends Duplex {
  readonly id: number;
  /** Resolves to whether the other side took the stream: false when it went before. */
  readonly taken: Promise<boolean>;
  /** What is known of why, when the other side resets it. */
  resetReason: () => Error | null = () => null;
  readonly #carrier: StreamCarrier;
  #settleTaken: (isTaken: boolean) => void = () => undefined;
  #hasSentFin: boolean;
  #hasGotFin = false;
  #isFarGone = false;

  /** `writable` false: our half has ended with the frame that opened it. */
  constructor(carrier: StreamCarrier, id: number, writable: boolean) {
    super({ allowHalfOpen: true, readableHighWaterMark: bufferBytes });
    this.#carrier = carrier;
    this.id = id;
    this.#hasSentFin = !writable;
    this.taken = new Promise((resolve) => (this.#settleTaken = resolve));
    if (!writable) this.end();
  }

  noteTaken(): void {
    this.#settleTaken(true);
  }

  deliver(bytes: Buffer): void {
    if (this.destroyed || this.#hasGotFin) return;
    if (!this.push(bytes)) this.#carrier.stall(this);
  }

  deliverFin(): void {
    if (this.#hasGotFin) return;
    this.#hasGotFin = true;
    this.#forgetIfOver();
    if (!this.destroyed) this.push(null);
    // Nothing more comes, and Node calls `_read` no more.
    this.#carrier.release(this);
  }

  /** The other side has given it up. */
  deliverReset(): void {
    this.destroy(this.resetReason() ?? new Error('the far end reset the connection'));
  }

  /** The far end has closed both halves: what is written from now on reaches nobody, and fails once all is read. */
  noteFarGone(): void {
    this.#isFarGone = true;
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
    this.#settleTaken(false);
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
    if (!this.#isFarGone) this.#carrier.send(this, parts, done);
    // A failed write would take away the answer that is not read yet.
    else done(this.readableEnded ? new Error('the far end has closed the connection') : null);
  }
}
