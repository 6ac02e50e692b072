/** Frames of RFC 6455, section 5.2, as a client sends and receives them. No extensions. */
import { randomFillSync } from 'node:crypto';
import type { TakeLent } from '../connect/lent-bytes.ts';

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The limit for an outgoing message: a data frame of SPDY with its header, and small frames beside it. */
export const maxPayloadBytes = 72 * 1024;
/** Large enough for any outgoing frame. */
export const frameBufferBytes = maxPayloadBytes + 16;
/** The limit for a control frame, section 5.5. */
const maxControlBytes = 125;
const maskBytes = 4;
const finFlag = 0x80;
const maskFlag = 0x80;
const length16 = 126;
const length64 = 127;

const randomPool = Buffer.alloc(4096);
let randomUsed = randomPool.length;

/** A new unpredictable mask for each frame (section 5.3). */
function nextMask(): Buffer {
  if (randomUsed === randomPool.length) {
    randomFillSync(randomPool);
    randomUsed = 0;
  }
  randomUsed += maskBytes;
  return randomPool.subarray(randomUsed - maskBytes, randomUsed);
}

/**
 * A complete message in one frame, masked. Copies the parts, at most `maxPayloadBytes` in total. `buffer`: the
 * destination, of `frameBufferBytes`.
 */
export function encodeFrame(opcode: number, parts: readonly Buffer[], buffer?: Buffer): Buffer {
  const length = parts.reduce((sum, { length: bytes }) => sum + bytes, 0);
  const extended = length < length16 ? 0 : length <= 0xffff ? 2 : 8;
  const headerBytes = 2 + extended + maskBytes;
  // The payload starts on a 4-byte boundary, because it is masked in words.
  const start = (4 - (headerBytes % 4)) % 4;
  const payloadStart = start + headerBytes;
  const frame = (buffer ?? Buffer.allocUnsafe(payloadStart + length)).subarray(0, payloadStart + length);
  frame.writeUInt8(finFlag | opcode, start);
  frame.writeUInt8(maskFlag | (extended === 0 ? length : extended === 2 ? length16 : length64), start + 1);
  if (extended === 2) frame.writeUInt16BE(length, start + 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), start + 2);
  const mask = nextMask();
  mask.copy(frame, payloadStart - maskBytes);
  let offset = payloadStart;
  for (const part of parts) offset += part.copy(frame, offset);
  maskInPlace(frame.subarray(payloadStart), mask);
  return frame.subarray(start);
}

/** `bytes` begins on a 4-byte boundary of its memory. */
function maskInPlace(bytes: Buffer, mask: Buffer): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  // In the machine's byte order, like the words.
  const key = new Uint32Array(Uint8Array.from(mask).buffer)[0] ?? 0;
  for (let index = 0; index < words.length; index++) words[index] = (words[index] ?? 0) ^ key;
  for (let index = words.length << 2; index < bytes.length; index++)
    bytes[index] = (bytes[index] ?? 0) ^ (mask[index & 3] ?? 0);
}

export interface FrameListener {
  /** A piece of a binary message, as it is received: lent, if the chunk passed to `feed` is. */
  onData: TakeLent;
  onPing(payload: Buffer): void;
  onClose(code: number | null, reason: string): void;
}

/** Parses a server's frames from chunks of any size. */
export class FrameReader {
  readonly #listener: FrameListener;
  /** An incomplete header or control frame. */
  #pending: Buffer = Buffer.alloc(0);
  /** Of the current data frame. */
  #payloadLeft = 0;
  #isInMessage = false;

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  /** Takes lent bytes. Throws on frames that a server must not send. */
  feed(chunk: Buffer): boolean {
    let isUsedUp = true;
    let rest = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = Buffer.alloc(0);
    while (rest.length > 0) {
      if (this.#payloadLeft > 0) {
        const piece = rest.subarray(0, this.#payloadLeft);
        this.#payloadLeft -= piece.length;
        isUsedUp = this.#listener.onData(piece) && isUsedUp;
        rest = rest.subarray(piece.length);
        continue;
      }
      const used = this.#readHeader(rest);
      if (used === 0) break;
      rest = rest.subarray(used);
    }
    if (rest.length > 0) this.#pending = Buffer.from(rest);
    return isUsedUp;
  }

  /** Parses a header, or a complete control frame. Returns the bytes used, 0 if the frame is incomplete. */
  #readHeader(bytes: Buffer): number {
    if (bytes.length < 2) return 0;
    const [first = 0, second = 0] = bytes;
    if ((first & 0x70) !== 0) throw new Error('a WebSocket frame with reserved bits');
    if ((second & maskFlag) !== 0) throw new Error('a masked WebSocket frame from the server');
    const opcode = first & 0x0f;
    const isFinal = (first & finFlag) !== 0;
    if (opcode >= opcodes.close) return this.#readControl(bytes, opcode, isFinal);
    const headerBytes = 2 + (second === length16 ? 2 : second === length64 ? 8 : 0);
    if (bytes.length < headerBytes) return 0;
    this.#startData(opcode, isFinal);
    this.#payloadLeft = payloadLength(bytes, second);
    return headerBytes;
  }

  #startData(opcode: number, isFinal: boolean): void {
    if (opcode !== (this.#isInMessage ? opcodes.continuation : opcodes.binary))
      throw new Error(`an unexpected WebSocket frame of type ${String(opcode)}`);
    this.#isInMessage = !isFinal;
  }

  #readControl(bytes: Buffer, opcode: number, isFinal: boolean): number {
    const length = bytes.readUInt8(1);
    if (length > maxControlBytes || !isFinal) throw new Error('a WebSocket control frame that is too long');
    if (bytes.length < 2 + length) return 0;
    const payload = bytes.subarray(2, 2 + length);
    if (opcode === opcodes.ping) this.#listener.onPing(payload);
    else if (opcode === opcodes.close)
      this.#listener.onClose(
        payload.length < 2 ? null : payload.readUInt16BE(0),
        payload.subarray(2).toString('utf8'),
      );
    else if (opcode !== opcodes.pong) throw new Error(`a WebSocket frame of type ${String(opcode)}`);
    return 2 + length;
  }
}

function payloadLength(bytes: Buffer, short: number): number {
  if (short === length16) return bytes.readUInt16BE(2);
  if (short !== length64) return short;
  const length = bytes.readBigUInt64BE(2);
  if (length > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error('a WebSocket frame that is too long');
  return Number(length);
}
