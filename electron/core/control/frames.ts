/** Frames on a byte stream: four bytes, the length of what follows, big endian, then JSON in UTF-8. */
import { err, ok, type Result } from '../../../shared/result.ts';

const headerBytes = 4;
const firstCapacityBytes = 4 * 1024;

/** The error is the number of bytes that would have been sent. */
export function encodeFrame(message: unknown, maxBytes: number): Result<Buffer, number> {
  const json = JSON.stringify(message);
  const length = Buffer.byteLength(json);
  if (length > maxBytes) return err(length);
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame.writeUInt32BE(length);
  frame.write(json, headerBytes);
  return ok(frame);
}

export type Decoded =
  | { readonly kind: 'message'; readonly message: unknown }
  | { readonly kind: 'incomplete' }
  /** What follows cannot be told apart any more: the stream is of no further use. */
  | { readonly kind: 'broken'; readonly code: 'bad-request' | 'too-large'; readonly reason: string };

/**
 * Puts frames together again. Holds what was pushed and not yet taken: no more than one frame and the last chunk, as
 * long as `next` is asked until it is `incomplete` before more is pushed. A length that is only announced costs nothing.
 */
export class FrameDecoder {
  readonly #maxBytes: number;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true });
  #held = Buffer.allocUnsafe(firstCapacityBytes);
  #start = 0;
  #end = 0;

  /** `maxBytes`: of one frame's JSON. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    this.#makeRoom(chunk.length);
    this.#end += chunk.copy(this.#held, this.#end);
  }

  next(): Decoded {
    const heldBytes = this.#end - this.#start;
    if (heldBytes < headerBytes) return { kind: 'incomplete' };
    const length = this.#held.readUInt32BE(this.#start);
    if (length > this.#maxBytes) {
      return broken('too-large', `a frame of ${length} bytes; ${this.#maxBytes} are allowed`);
    }
    if (heldBytes < headerBytes + length) return { kind: 'incomplete' };
    const from = this.#start + headerBytes;
    const json = this.#held.subarray(from, from + length);
    this.#start = from + length;
    return this.#parse(json);
  }

  #parse(json: Buffer): Decoded {
    try {
      return { kind: 'message', message: JSON.parse(this.#utf8.decode(json)) };
    } catch {
      return broken('bad-request', 'a frame that is not JSON in UTF-8');
    }
  }

  /** Doubles when it must, so that a frame in single bytes is copied no more often than one in large chunks. */
  #makeRoom(bytes: number): void {
    if (this.#end + bytes <= this.#held.length) return;
    const heldBytes = this.#end - this.#start;
    const isSpacious = heldBytes + bytes <= this.#held.length / 2;
    const room = isSpacious
      ? this.#held
      : Buffer.allocUnsafe(Math.max(firstCapacityBytes, 2 * (heldBytes + bytes)));
    this.#held.copy(room, 0, this.#start, this.#end);
    this.#held = room;
    this.#start = 0;
    this.#end = heldBytes;
  }
}

const broken = (code: 'bad-request' | 'too-large', reason: string): Decoded => ({
  kind: 'broken',
  code,
  reason,
});
