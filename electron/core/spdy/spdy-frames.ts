/**
 * The frames of SPDY/3.1 that Kubernetes' streams need
 * (https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/, github.com/moby/spdystream).
 */

export const finFlag = 0x01;
/** PROTOCOL_ERROR, REFUSED_STREAM and CANCEL of section 2.6.3. */
export const resetStatus = { protocolError: 1, refused: 3, cancel: 5 } as const;

const types = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const;
const headerBytes = 8;
/** The limit for frames that we parse; the 24-bit length would allow 16 MiB. */
const maxControlBytes = 64 * 1024;
const idMask = 0x7fffffff;

function frameHeader(word: number, flags: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(headerBytes);
  header.writeUInt32BE(word, 0);
  header.writeUInt32BE(((flags << 24) | length) >>> 0, 4);
  return header;
}

function controlFrame(type: number, flags: number, ...parts: readonly (number | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'number' ? uint32(part) : part)));
  return Buffer.concat([frameHeader((0x80030000 | type) >>> 0, flags, body.length), body]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The header of a data frame with `length` bytes. */
export const dataHeader = (streamId: number, length: number, flags = 0): Buffer =>
  frameHeader(streamId, flags, length);

export const resetFrame = (streamId: number, status: number): Buffer =>
  controlFrame(types.rstStream, 0, streamId, status);

export const pingFrame = (id: number): Buffer => controlFrame(types.ping, 0, id);

/** `block`: from `HeaderBlocks`. Associated with no other stream, priority 0, slot 0. */
export const openFrame = (streamId: number, block: Buffer, flags: number): Buffer =>
  controlFrame(types.synStream, flags, streamId, 0, Buffer.alloc(2), block);

/**
 * The header blocks of one connection: a single zlib stream with the dictionary of SPDY/3 (section 2.6.10). Its
 * data are stored, not compressed (RFC 1951, section 3.2.4): some 100 bytes per stream are not worth 256 KiB for a
 * compressor. Each block is followed by an empty one, like a flush, because Go's reader waits until it has seen the
 * end of a block.
 */
export class HeaderBlocks {
  #isFirst = true;

  encode(headers: Readonly<Record<string, string>>): Buffer {
    const entries = Object.entries(headers);
    const text = (value: string): Buffer => {
      const bytes = Buffer.from(value);
      return Buffer.concat([uint32(bytes.length), bytes]);
    };
    const block = Buffer.concat([
      uint32(entries.length),
      ...entries.flatMap(([name, value]) => [text(name.toLowerCase()), text(value)]),
    ]);
    const parts = [...(this.#isFirst ? [zlibHeader] : []), stored(block), stored(Buffer.alloc(0))];
    this.#isFirst = false;
    return Buffer.concat(parts);
  }
}

/** CMF and FLG with FDICT (RFC 1950), then the Adler-32 of the dictionary. */
const zlibHeader = Buffer.from('78bbe3c6a7c2', 'hex');

function stored(data: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt16LE(data.length, 1);
  header.writeUInt16LE(~data.length & 0xffff, 3);
  return Buffer.concat([header, data]);
}

export interface SpdyListener {
  /** The other side has accepted the stream. */
  onReply(streamId: number, isFinal: boolean): void;
  /** A piece of a data frame, as it is received: lent, if the chunk passed to `feed` is. Returns what `TakeLent` does. */
  onData(streamId: number, bytes: Buffer): boolean;
  /** The other side has ended its half. */
  onFin(streamId: number): void;
  onReset(streamId: number, status: number): void;
  /** The other side opens a stream, which it should never do. */
  onOpen(streamId: number): void;
  onPing(id: number): void;
  /** New streams will no longer be accepted. */
  onGoAway(): void;
}

/** The bytes of the header, or of the whole control frame once its header is complete. */
const frameBytes = (start: Buffer): number =>
  headerBytes + (start.length < headerBytes ? 0 : start.readUIntBE(5, 3));

/** Parses frames from chunks of any size. A byte is copied at most twice, however small the chunks are. */
export class SpdyReader {
  readonly #listener: SpdyListener;
  /** Room for an incomplete header or control frame, and its bytes so far. */
  #pending: Buffer = Buffer.alloc(0);
  #pendingBytes = 0;
  #data = { streamId: 0, left: 0, isFinal: false };
  #isUsedUp = true;

  constructor(listener: SpdyListener) {
    this.#listener = listener;
  }

  /** Takes lent bytes. Throws on data that is not SPDY/3.1. */
  feed(chunk: Buffer): boolean {
    this.#isUsedUp = true;
    let rest = chunk;
    while (rest.length > 0) rest = rest.subarray(this.#read(rest));
    return this.#isUsedUp;
  }

  /** Returns the bytes used, at least 1. */
  #read(bytes: Buffer): number {
    if (this.#pendingBytes === 0) {
      const used = this.#data.left > 0 ? this.#readData(bytes) : this.#readFrame(bytes);
      if (used > 0) return used;
      this.#pending = Buffer.allocUnsafe(frameBytes(bytes));
    }
    const copied = bytes.copy(this.#pending, this.#pendingBytes);
    this.#pendingBytes += copied;
    if (this.#pendingBytes === this.#pending.length) this.#readPending();
    return copied;
  }

  /** The header of a control frame says how much more is needed. */
  #readPending(): void {
    const pending = this.#pending;
    this.#pendingBytes = 0;
    if (this.#readFrame(pending) > 0) return;
    this.#pending = Buffer.allocUnsafe(frameBytes(pending));
    this.#pendingBytes = pending.copy(this.#pending);
  }

  #readData(bytes: Buffer): number {
    const { streamId, isFinal } = this.#data;
    const piece = bytes.subarray(0, this.#data.left);
    this.#data.left -= piece.length;
    if (!this.#listener.onData(streamId, piece)) this.#isUsedUp = false;
    if (this.#data.left === 0 && isFinal) this.#listener.onFin(streamId);
    return piece.length;
  }

  /**
   * Parses the header of a data frame, or a complete control frame. Returns the bytes used, 0 if the frame is
   * incomplete.
   */
  #readFrame(bytes: Buffer): number {
    if (bytes.length < headerBytes) return 0;
    const word = bytes.readUInt32BE(0);
    const isFinal = (bytes.readUInt8(4) & finFlag) !== 0;
    const length = bytes.readUIntBE(5, 3);
    if (word >>> 31 === 0) {
      this.#data = { streamId: word, left: length, isFinal };
      if (length === 0 && isFinal) this.#listener.onFin(word);
      return headerBytes;
    }
    if (((word >>> 16) & 0x7fff) !== 3) throw new Error('a frame of an unsupported SPDY version');
    if (length > maxControlBytes) throw new Error('a SPDY control frame that is too long');
    if (bytes.length < headerBytes + length) return 0;
    this.#readControl(word & 0xffff, bytes.subarray(headerBytes, headerBytes + length), isFinal);
    return headerBytes + length;
  }

  #readControl(type: number, body: Buffer, isFinal: boolean): void {
    if (body.length < 4) return;
    const id = body.readUInt32BE(0);
    switch (type) {
      case types.synStream:
        this.#listener.onOpen(id & idMask);
        return;
      // Its header block is not read, so no decompression state is needed.
      case types.synReply:
        this.#listener.onReply(id & idMask, isFinal);
        return;
      case types.rstStream:
        this.#listener.onReset(id & idMask, body.length < 8 ? 0 : body.readUInt32BE(4));
        return;
      case types.ping:
        this.#listener.onPing(id);
        return;
      case types.goAway:
        this.#listener.onGoAway();
        return;
      default:
      // SETTINGS, HEADERS and WINDOW_UPDATE are not needed: spdystream neither sends nor obeys windows.
    }
  }
}
