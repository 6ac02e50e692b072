/**
 * One channel of RFC 4254 as a stream. Invariants:
 *
 * 1. The server sends no more than `windowBytes` that nobody has read; they lie in blocks, so that a flood of tiny packets
 *    costs no more than large ones. Whoever sends more is cut off.
 * 2. We send no more than the server's window, and wait while the control socket is full.
 * 3. EOF is sent once, after the last byte; CLOSE once, and nothing after it.
 * 4. What the server said before its CLOSE can be read to the end.
 */
import { Duplex } from 'node:stream';
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

/** OpenSSH's own for a forwarded connection (CHAN_TCP_WINDOW_DEFAULT, CHAN_TCP_PACKET_DEFAULT). */
export const windowBytes = 2 * 1024 * 1024;
export const maxDataBytes = 32 * 1024;
/** What has been read is told in portions, as OpenSSH does. */
const creditBytes = 3 * maxDataBytes;
const blockBytes = 32 * 1024;

/** What a channel needs of the connection that it is on. */
export interface ChannelLink {
  /** The control socket takes no more for now. */
  readonly isFull: boolean;
  /** Calls back once when it takes more; several times the same is once. */
  whenDrained(proceed: () => void): void;
  send(type: number, ...parts: readonly Buffer[]): void;
}

/** What the server said as it confirmed. */
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

  /** Bytes that came and that nobody has read. */
  get unreadBytes(): number {
    return this.#storedBytes + this.readableLength;
  }

  took(data: Buffer): void {
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

  /** Of another kind, which a forwarded connection has no use for. */
  skipped(bytes: number): void {
    this.#receiveWindow -= bytes;
    this.#credit();
  }

  widened(bytes: number): void {
    this.#sendWindow += bytes;
    this.#pump();
  }

  /** The server has nothing more to say. */
  heardEof(): void {
    if (this.#hasEnded || this.destroyed) return;
    this.#hasEnded = true;
    if (this.#storedBytes === 0) this.push(null);
  }

  /** The server has forgotten it. */
  heardClose(): void {
    this.heardEof();
    this.#sendClose();
    // Nobody is left to take it.
    this.#pump();
    if (this.readableEnded) this.destroy();
    else this.once('end', () => this.destroy());
  }

  /** A request that wants an answer (RFC 4254, section 5.4): sshd's keepalive is one, and counts what it hears. */
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
      const taken = rest.copy(last.bytes, last.filled);
      last.filled += taken;
      rest = rest.subarray(taken);
    }
  }

  /** Lets the server send as much again as has been read. */
  #credit(): void {
    if (this.#hasEnded || this.#isCloseSent) return;
    const readBytes = windowBytes - this.#receiveWindow - this.unreadBytes;
    if (readBytes < creditBytes) return;
    this.#receiveWindow += readBytes;
    this.#link.send(messages.windowAdjust, this.#remote, uint32(readBytes));
  }
}

/** The body of a message to the master: no padding, the message's number, and what belongs to it. */
export const message = (type: number, parts: readonly Buffer[]): Buffer[] => {
  const length = parts.reduce((sum, part) => sum + part.length, 2);
  const head = Buffer.alloc(6);
  head.writeUInt32BE(length);
  head[5] = type;
  return [head, ...parts];
};

/** What a request to open a channel says behind the kind of channel. */
export function openMessage(
  id: number,
  to: { readonly host: string; readonly port: number } | { readonly path: string },
): Buffer[] {
  const terms = [uint32(id), uint32(windowBytes), uint32(maxDataBytes)];
  if ('path' in to) {
    // PROTOCOL of OpenSSH, section 2.4: two fields are reserved.
    return [text('direct-streamlocal@openssh.com'), ...terms, text(to.path), text(''), uint32(0)];
  }
  // Who connects: nobody that the server could know.
  return [text('direct-tcpip'), ...terms, text(to.host), uint32(to.port), text('127.0.0.1'), uint32(0)];
}
