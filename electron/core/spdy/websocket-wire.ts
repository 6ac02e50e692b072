/**
 * The bytes inside the binary messages of a WebSocket, as a stream: the client's side of RFC 6455 after the
 * handshake. Invariants:
 *
 * 1. Data written in one turn is sent as one message if it fits; message boundaries mean nothing to the other side.
 * 2. Backpressure in both directions is the socket's: an unread stream pauses the socket, and a write completes
 *    when the socket has accepted it.
 * 3. When one side closes, both are closed: a WebSocket has no half-close. A connection that breaks without a close
 *    frame, or closes with any code but 1000, is an error.
 */
import { Duplex } from 'node:stream';
import { type Lender, readInto, takeQueued, type TakeLent } from '../connect/lent-bytes.ts';
import { encodeFrame, frameBufferBytes, FrameReader, maxPayloadBytes, opcodes } from './websocket-frames.ts';

const normalClosure = 1000;
/** Below this size, a new buffer costs less than a pooled one. */
const pooledBytes = 4096;
const maxSpareBuffers = 4;

type Done = (error?: Error | null) => void;

export class WebSocketWire extends Duplex implements Lender {
  readonly #socket: Duplex;
  readonly #reader: FrameReader;
  readonly #spare: Buffer[] = [];
  #take: TakeLent = (bytes) => {
    if (!this.push(Buffer.from(bytes))) this.#socket.pause();
    return true;
  };
  #hasSentClose = false;
  #isPonging = false;
  #duePong: Buffer | null = null;
  #hasEnded = false;

  /** Takes ownership of the socket. `head`: bytes received after the handshake. */
  constructor(socket: Duplex, head: Buffer) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#reader = new FrameReader({
      onData: (bytes) => this.#take(bytes),
      onPing: (payload) => {
        this.#duePong = Buffer.from(payload);
        if (!this.#isPonging) this.#sendPong();
      },
      onClose: (code, reason) => {
        this.#handleClose(code, reason);
      },
    });
    readInto(socket, (chunk) => this.#feed(chunk));
    socket.on('error', (error) => this.destroy(error));
    for (const end of ['end', 'close'])
      socket.on(end, () => {
        if (!this.#hasEnded) this.destroy(new Error('the WebSocket closed unexpectedly'));
      });
    if (head.length > 0) this.#feed(head);
  }

  lendTo(take: TakeLent): void {
    takeQueued(this, take);
    this.#take = take;
    this.resume();
  }

  /** Lent bytes do not pass through this stream's queue, so its own flow would stop nothing. */
  override pause(): this {
    this.#socket.pause();
    return super.pause();
  }

  override resume(): this {
    this.#socket.resume();
    return super.resume();
  }

  override _read(): void {
    this.#socket.resume();
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
    this.#sendClose(done);
  }

  override _destroy(error: Error | null, done: Done): void {
    if (error === null) this.#sendClose();
    this.#socket.destroy();
    done(error);
  }

  #send(chunks: readonly Buffer[], done: Done): void {
    let parts: Buffer[] = [];
    let room = maxPayloadBytes;
    this.#socket.cork();
    for (const chunk of chunks) {
      for (let rest = chunk; rest.length > 0;) {
        const part = rest.subarray(0, room);
        parts.push(part);
        room -= part.length;
        rest = rest.subarray(part.length);
        if (room > 0) continue;
        this.#sendMessage(parts);
        parts = [];
        room = maxPayloadBytes;
      }
    }
    this.#sendMessage(parts, done);
    this.#socket.uncork();
  }

  /**
   * Large frames reuse buffers that the socket has released: at full speed, garbage would take a third of the time.
   */
  #sendMessage(parts: readonly Buffer[], done?: Done): void {
    const isLarge = parts.some(({ length }) => length >= pooledBytes);
    const buffer = isLarge ? (this.#spare.pop() ?? Buffer.allocUnsafeSlow(frameBufferBytes)) : undefined;
    this.#socket.write(encodeFrame(opcodes.binary, parts, buffer), (error) => {
      if (buffer !== undefined && this.#spare.length < maxSpareBuffers) this.#spare.push(buffer);
      done?.(error);
    });
  }

  #feed(chunk: Buffer): boolean {
    if (this.#hasEnded || this.destroyed) return true;
    try {
      return this.#reader.feed(chunk);
    } catch (error) {
      this.destroy(error as Error);
      return false;
    }
  }

  #handleClose(code: number | null, reason: string): void {
    this.#hasEnded = true;
    if (code !== null && code !== normalClosure) {
      this.destroy(new Error(`the WebSocket was closed: ${reason === '' ? String(code) : reason}`));
      return;
    }
    this.#sendClose();
    this.push(null);
  }

  /** One at a time, with the payload of the latest ping (section 5.5.3): a server may send pings and read nothing. */
  #sendPong(): void {
    const payload = this.#duePong;
    if (payload === null || this.#hasSentClose || this.#socket.destroyed) return;
    this.#duePong = null;
    this.#isPonging = true;
    this.#socket.write(encodeFrame(opcodes.pong, [payload]), () => {
      this.#isPonging = false;
      this.#sendPong();
    });
  }

  #sendClose(done?: Done): void {
    if (this.#hasSentClose || this.#socket.destroyed) {
      done?.();
      return;
    }
    this.#hasSentClose = true;
    const code = Buffer.alloc(2);
    code.writeUInt16BE(normalClosure);
    this.#socket.write(encodeFrame(opcodes.close, [code]), done);
  }
}
