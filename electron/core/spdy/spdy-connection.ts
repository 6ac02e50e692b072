/**
 * The client's side of a SPDY/3.1 connection over any byte stream. Invariants:
 *
 * 1. While one stream's reader is behind, nothing more is read for any stream, because there are no windows.
 *    `isBackedUp` shows this.
 * 2. A write completes when the underlying stream has accepted it, so writers wait for the other side.
 * 3. `ended` settles once, after the underlying stream is closed; every remaining stream then ends with an error.
 * 4. Streams opened by the other side are refused.
 * 5. Answers that the other side does not read are bounded: it loses the connection.
 */
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { readInto } from '../connect/lent-bytes.ts';
import {
  dataHeader,
  finFlag,
  HeaderBlocks,
  openFrame,
  pingFrame,
  resetFrame,
  resetStatus,
  SpdyReader,
} from './spdy-frames.ts';
import { SpdyStream, type StreamCarrier } from './spdy-stream.ts';

/** As much as Node reads from a socket at once, so that one frame delays other streams only briefly. */
const maxDataBytes = 64 * 1024;
const maxStreamId = 0x7fffffff;
/** Far more than a kubelet has open at once. */
const maxUnsentAnswers = 1_000;

type Done = (error?: Error | null) => void;

export class SpdyConnection implements StreamCarrier {
  /** Resolves with the error that broke the connection; null if either side closed it. */
  readonly ended: Promise<Error | null>;
  readonly #wire: Duplex;
  readonly #clock: Clock;
  readonly #reader: SpdyReader;
  readonly #headerBlocks = new HeaderBlocks();
  readonly #streams = new Map<number, SpdyStream>();
  readonly #stalled = new Set<SpdyStream>();
  readonly #pings = new Map<number, (isAnswered: boolean) => void>();
  #onIdle: () => void = () => undefined;
  #nextStreamId = 1;
  #nextPingId = 1;
  #acceptsStreams = true;
  #unsentAnswers = 0;

  /** Takes ownership of the wire. */
  constructor(wire: Duplex, clock: Clock) {
    this.#wire = wire;
    this.#clock = clock;
    this.#reader = new SpdyReader({
      onReply: (id, isFinal) => {
        this.#streams.get(id)?.noteAccepted();
        if (isFinal) this.#streams.get(id)?.deliverFin();
      },
      onData: (id, bytes) => this.#streams.get(id)?.deliver(bytes) ?? true,
      onFin: (id) => this.#streams.get(id)?.deliverFin(),
      onReset: (id) => {
        const stream = this.#streams.get(id);
        if (stream === undefined) return;
        this.forget(stream);
        stream.deliverReset();
      },
      onOpen: (id) => {
        this.#answer(resetFrame(id, resetStatus.refused));
      },
      onPing: (id) => {
        this.#handlePing(id);
      },
      onGoAway: () => {
        this.#acceptsStreams = false;
        if (this.#streams.size === 0) this.close();
      },
    });
    this.ended = new Promise((resolve) => {
      wire.once('close', () => {
        this.#endStreams(wire.errored);
        for (const settle of [...this.#pings.values()]) settle(false);
        resolve(wire.errored);
      });
    });
    readInto(wire, (chunk) => this.#feed(chunk));
    wire.on('end', () => wire.destroy());
    // A 'close' event follows.
    wire.on('error', () => undefined);
  }

  get isOpen(): boolean {
    return this.#acceptsStreams && this.#nextStreamId <= maxStreamId && !this.#wire.destroyed;
  }

  /** A client or the other side is not reading. */
  get isBackedUp(): boolean {
    return this.#stalled.size > 0 || this.#wire.writableNeedDrain;
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  /** Called when the last stream has closed. */
  onIdle(listener: () => void): void {
    this.#onIdle = listener;
  }

  /** Call it only while `isOpen`. `hasEnded`: our half ends with the opening frame. */
  open(headers: Readonly<Record<string, string>>, hasEnded = false): SpdyStream {
    const stream = new SpdyStream(this, this.#nextStreamId, !hasEnded);
    this.#nextStreamId += 2;
    this.#streams.set(stream.id, stream);
    this.#write(openFrame(stream.id, this.#headerBlocks.encode(headers), hasEnded ? finFlag : 0));
    return stream;
  }

  /**
   * A round trip to the endpoint of the streams, the kubelet: true when it answers, false after `deadlineMs` or
   * when the connection ends. While `isBackedUp`, a missing answer means nothing.
   */
  ping(deadlineMs: number): Promise<boolean> {
    if (this.#wire.destroyed) return Promise.resolve(false);
    const id = this.#nextPingId;
    this.#nextPingId = id + 2 > maxStreamId ? 1 : id + 2;
    return new Promise((resolve) => {
      const settle = (isAnswered: boolean): void => {
        timer.cancel();
        this.#pings.delete(id);
        resolve(isAnswered);
      };
      const timer = this.#clock.after(deadlineMs, () => {
        settle(false);
      });
      this.#pings.set(id, settle);
      this.#write(pingFrame(id));
    });
  }

  /** Closes the connection and its streams. Idempotent. */
  close(): void {
    this.#wire.destroy();
  }

  send({ id }: SpdyStream, parts: readonly Buffer[], done: Done): void {
    if (this.#wire.destroyed) {
      done(new Error('the connection is closed'));
      return;
    }
    const frames = framesOf(parts);
    if (frames.length === 0) {
      done();
      return;
    }
    this.#wire.cork();
    frames.forEach((frame, index) => {
      const length = frame.reduce((sum, piece) => sum + piece.length, 0);
      this.#wire.write(dataHeader(id, length));
      const isLastFrame = index === frames.length - 1;
      frame.forEach((piece, at) => {
        if (isLastFrame && at === frame.length - 1) this.#wire.write(piece, done);
        else this.#wire.write(piece);
      });
    });
    this.#wire.uncork();
  }

  sendFin({ id }: SpdyStream, done: Done): void {
    if (this.#wire.destroyed) done();
    else this.#wire.write(dataHeader(id, 0, finFlag), done);
  }

  sendReset({ id }: SpdyStream): void {
    if (this.#streams.has(id)) this.#write(resetFrame(id, resetStatus.cancel));
  }

  stall(stream: SpdyStream): void {
    this.#stalled.add(stream);
    this.#wire.pause();
  }

  release(stream: SpdyStream): void {
    if (this.#stalled.delete(stream) && this.#stalled.size === 0) this.#wire.resume();
  }

  forget({ id }: SpdyStream): void {
    if (!this.#streams.delete(id) || this.#streams.size > 0) return;
    if (this.#acceptsStreams) this.#onIdle();
    else this.close();
  }

  #write(frame: Buffer): void {
    if (!this.#wire.destroyed) this.#wire.write(frame);
  }

  #feed(chunk: Buffer): boolean {
    try {
      return this.#reader.feed(chunk);
    } catch (error) {
      this.#wire.destroy(error as Error);
      return false;
    }
  }

  /** Pings of the other side have even numbers. */
  #handlePing(id: number): void {
    if (id % 2 === 1) this.#pings.get(id)?.(true);
    else this.#answer(pingFrame(id));
  }

  #answer(frame: Buffer): void {
    if (this.#wire.destroyed) return;
    this.#unsentAnswers += 1;
    if (this.#unsentAnswers > maxUnsentAnswers)
      this.#wire.destroy(new Error('the other side sends requests and does not read the answers'));
    else this.#wire.write(frame, () => (this.#unsentAnswers -= 1));
  }

  #endStreams(reason: Error | null): void {
    this.#acceptsStreams = false;
    const left = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of left)
      stream.destroy(new Error('the connection to the pod was lost', { cause: reason ?? undefined }));
  }
}

/** Splits data into frames of at most `maxDataBytes`, without copying. No piece is empty. */
function framesOf(parts: readonly Buffer[]): readonly (readonly Buffer[])[] {
  const frames: Buffer[][] = [];
  let room = 0;
  for (const part of parts) {
    for (let rest = part; rest.length > 0;) {
      if (room === 0) {
        frames.push([]);
        room = maxDataBytes;
      }
      const piece = rest.subarray(0, room);
      frames.at(-1)?.push(piece);
      room -= piece.length;
      rest = rest.subarray(piece.length);
    }
  }
  return frames;
}
