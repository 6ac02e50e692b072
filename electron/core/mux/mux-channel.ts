/**
 * One channel of RFC 4254 as a stream. Invariants:
 *
 * 1. At most `windowBytes` of unread data are stored, in blocks, so that a flood of tiny packets costs no more than
 *    large ones. A server that sends more is disconnected.
 * 2. We send no more than the server's window allows, and wait while the control socket is full.
 * 3. EOF is sent once, after the last byte; CLOSE is sent once, and nothing after it.
 * 4. Data received before the server's CLOSE can be read to the end.
 */
import { Duplex } from 'node:stream';
import type { ChannelTarget } from './channel.ts';
import { text, uint32 } from './mux-packet.ts';

/** Message numbers of RFC 4254, section 9. */
export const messages = {
  open: 90,
  confirmation: 91,
  openFailure: 92,
  windowAdjust: 93,
  data: 94,
  extendedData: 95,
  eof: 96,
  close: 97,
  request: 98,
  failure: 100,
} as const;

/** OpenSSH's own values for a forwarded connection (CHAN_TCP_WINDOW_DEFAULT, CHAN_TCP_PACKET_DEFAULT). */
export const windowBytes = 2 * 1024 * 1024;
export const maxDataBytes = 32 * 1024;
/** Window adjustments are sent in steps of this size, as OpenSSH does. */
const creditBytes = 3 * maxDataBytes;
const blockBytes = 32 * 1024;

/** The parts of the control connection that a channel uses. */
export interface ChannelLink {
  /** The control socket's send buffer is full. */
  readonly isFull: boolean;
  /** Calls back once when the socket has drained; registering the same callback again has no effect. */
  whenDrained(proceed: () => void): void;
  send(type: number, ...parts: readonly Buffer[]): void;
}

/** The parameters of the server's confirmation. */
export interface RemoteEnd {
  readonly id: number;
  readonly windowBytes: number;
  readonly maxPacketBytes: number;
}

interface Block {
  readonly bytes: Buffer;
  filled: number;
}

export class MuxChannel extends Duplex {
  readonly #link: ChannelLink;
  readonly #remote: Buffer;
  readonly #maxSendBytes: number;
  #sendWindow: number;
  #receiveWindow = windowBytes;
  #stored: Block[] = [];
  #storedBytes = 0;
  #mayPush = false;
  #hasEnded = false;
  #isCloseSent = false;
  #outgoing: Buffer = Buffer.alloc(0);
  #onWritten: (() => void) | null = null;

  constructor(link: ChannelLink, remote: RemoteEnd) {
    super({ readableHighWaterMark: blockBytes, writableHighWaterMark: blockBytes });
    this.#link = link;
    this.#remote = uint32(remote.id);
    this.#sendWindow = remote.windowBytes;
    this.#maxSendBytes = Math.min(remote.maxPacketBytes, maxDataBytes);
  }

  /** Received bytes that have not been read. */
  get unreadBytes(): number {
    return this.#storedBytes + this.readableLength;
  }

  receive(data: Buffer): void {
    if (this.#hasEnded || this.destroyed) return;
    if (data.length > this.#receiveWindow) {
      this.destroy(new Error('the ssh server sent more than its window allows'));
      return;
    }
    this.#receiveWindow -= data.length;
    if (this.#mayPush) this.#mayPush = this.push(data);
    else this.#store(data);
    this.#credit();
  }

  /** Data of another type (stderr), which a forwarded connection does not use. */
  discard(bytes: number): void {
    this.#receiveWindow -= bytes;
    this.#credit();
  }

  widenWindow(bytes: number): void {
    this.#sendWindow += bytes;
    this.#pump();
  }

  /** The server sends no more data. */
  receiveEof(): void {
    if (this.#hasEnded || this.destroyed) return;
    this.#hasEnded = true;
    if (this.#storedBytes === 0) this.push(null);
  }

  /** The server has closed the channel. */
  receiveClose(): void {
    this.receiveEof();
    this.#sendClose();
    // Pending data is dropped: the server no longer receives it.
    this.#pump();
    if (this.readableEnded) this.destroy();
    else this.once('end', () => this.destroy());
  }

  /**
   * Answers a request that wants a reply (RFC 4254, section 5.4), such as sshd's keepalive, which counts replies.
   */
  refuseRequest(): void {
    if (!this.#isCloseSent) this.#link.send(messages.failure, this.#remote);
  }

  override _read(): void {
    this.#mayPush = true;
    while (this.#mayPush) {
      const block = this.#stored.shift();
      if (block === undefined) break;
      this.#storedBytes -= block.filled;
      this.#mayPush = this.push(block.bytes.subarray(0, block.filled));
      if (this.#hasEnded && this.#storedBytes === 0) this.push(null);
    }
    this.#credit();
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.#outgoing = chunk;
    this.#onWritten = callback;
    this.#pump();
  }

  override _final(callback: () => void): void {
    if (!this.#isCloseSent) this.#link.send(messages.eof, this.#remote);
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#stored = [];
    this.#storedBytes = 0;
    this.#outgoing = Buffer.alloc(0);
    this.#sendClose();
    callback(error);
  }

  #sendClose(): void {
    if (this.#isCloseSent) return;
    this.#isCloseSent = true;
    this.#link.send(messages.close, this.#remote);
  }

  readonly #pump = (): void => {
    if (this.#isCloseSent) this.#outgoing = Buffer.alloc(0);
    while (this.#outgoing.length > 0) {
      const size = Math.min(this.#outgoing.length, this.#sendWindow, this.#maxSendBytes);
      if (size === 0) return;
      if (this.#link.isFull) {
        this.#link.whenDrained(this.#pump);
        return;
      }
      this.#link.send(messages.data, this.#remote, uint32(size), this.#outgoing.subarray(0, size));
      this.#sendWindow -= size;
      this.#outgoing = this.#outgoing.subarray(size);
    }
    const onWritten = this.#onWritten;
    this.#onWritten = null;
    onWritten?.();
  };

  #store(data: Buffer): void {
    this.#storedBytes += data.length;
    for (let rest = data; rest.length > 0;) {
      let last = this.#stored.at(-1);
      if (last === undefined || last.filled === last.bytes.length) {
        last = { bytes: Buffer.allocUnsafeSlow(blockBytes), filled: 0 };
        this.#stored.push(last);
      }
      const copied = rest.copy(last.bytes, last.filled);
      last.filled += copied;
      rest = rest.subarray(copied);
    }
  }

  /** Restores the window by the number of bytes read. */
  #credit(): void {
    if (this.#hasEnded || this.#isCloseSent) return;
    const readBytes = windowBytes - this.#receiveWindow - this.unreadBytes;
    if (readBytes < creditBytes) return;
    this.#receiveWindow += readBytes;
    this.#link.send(messages.windowAdjust, this.#remote, uint32(readBytes));
  }
}

/** A message to the master: length, no padding, message number, fields. */
export const message = (type: number, parts: readonly Buffer[]): Buffer[] => {
  const length = parts.reduce((sum, part) => sum + part.length, 2);
  const head = Buffer.alloc(6);
  head.writeUInt32BE(length);
  head[5] = type;
  return [head, ...parts];
};

/** The fields of a channel-open request, from the channel type on. */
export function openMessage(id: number, to: ChannelTarget): Buffer[] {
  const terms = [uint32(id), uint32(windowBytes), uint32(maxDataBytes)];
  if ('path' in to) {
    // PROTOCOL of OpenSSH, section 2.4: two fields are reserved.
    return [text('direct-streamlocal@openssh.com'), ...terms, text(to.path), text(''), uint32(0)];
  }
  // The originator's address is meaningless to the server.
  return [text('direct-tcpip'), ...terms, text(to.host), uint32(to.port), text('127.0.0.1'), uint32(0)];
}
