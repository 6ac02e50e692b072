/**
 * Bytes whose memory is used again for the next read. Without this, the garbage collection that a new buffer for each read
 * causes takes half the time of a download.
 */
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Takes bytes that are valid during the call. Returns false if they are still in use after it: then the caller gives the
 * memory up.
 */
export type TakeLent = (bytes: Buffer) => boolean;

/** A stream that can lend what it reads. */
export interface Lender {
  /** From now on, `take` gets all bytes. `pause()` and `resume()` work as always. */
  lendTo(take: TakeLent): void;
}

/** Takes lent bytes while it `isReady`; at other times they are written to it. */
export interface Borrower {
  readonly isReady: boolean;
  borrow(bytes: Buffer): boolean;
}

/** Passes what the stream reads to `take`, lent if the stream is a `Lender`. */
export function readInto(stream: Duplex, take: TakeLent): void {
  if ('lendTo' in stream) (stream as Duplex & Lender).lendTo(take);
  else stream.on('data', take);
}

/** Passes on what is queued in the stream. */
export function takeQueued(stream: Duplex, take: TakeLent): void {
  for (;;) {
    const bytes = stream.read() as Buffer | null;
    if (bytes === null) return;
    take(bytes);
  }
}

/** More than a Unix socket holds on Linux. The pages that are not read into take no memory. */
const readBufferBytes = 256 * 1024;

/** Connects a Unix socket that reads into one buffer. Until `lendTo`, it behaves as any socket. */
export function connectLending(path: string): Socket & Lender {
  let buffer = Buffer.allocUnsafeSlow(readBufferBytes);
  let take: TakeLent = (bytes) => {
    socket.push(Buffer.from(bytes));
    return true;
  };
  const callback = (length: number): boolean => {
    if (!take(buffer.subarray(0, length))) buffer = Buffer.allocUnsafeSlow(readBufferBytes);
    return true;
  };
  const socket = connect({ path, onread: { buffer: () => buffer, callback } });
  const lendTo = (taker: TakeLent): void => {
    takeQueued(socket, taker);
    take = taker;
    socket.resume();
  };
  return Object.assign(socket, { lendTo });
}
