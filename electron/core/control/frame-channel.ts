/**
 * One socket as messages both ways. The two ends of the control plane are built on it.
 *
 * 1. One message is handled in one turn of the event loop: a client that sends a thousand does not block the others.
 * 2. Nothing is read while the other end does not read what it was sent, or while messages wait to be handled.
 * 3. What waits to be sent is bounded in bytes and in time; past either bound the connection is given up.
 */
import type { Socket } from 'node:net';
import type { ControlError } from '../../../shared/control-contract.ts';
import type { Clock, Timer } from '../clock.ts';
import { encodeFrame, FrameDecoder } from './frames.ts';

/** Beside the message that is being sent. */
const maxUnsentBytes = 2 * 1024 * 1024;
/** How long the other end may leave us waiting without reading all that was sent. */
const maxStallMs = 30_000;
/** How long the last words may take to get out. */
const maxFarewellMs = 1_000;

export interface FrameChannelOptions {
  /** Made with `allowHalfOpen`: its end must not come before the last frames are handled. */
  readonly socket: Socket;
  readonly clock: Clock;
  /** Of one message's JSON. */
  readonly maxIncomingBytes: number;
  readonly maxOutgoingBytes: number;
  readonly onMessage: (message: unknown) => void;
  /** The stream makes no sense any more. The last moment to answer: then the channel ends. */
  readonly onBroken: (error: ControlError) => void;
  /** Once. Nothing is sent or told any more. */
  readonly onEnd: (why: ControlError) => void;
}

export class FrameChannel {
  readonly #options: FrameChannelOptions;
  readonly #decoder: FrameDecoder;
  readonly #clearWaiters = new Set<() => void>();
  #turn: NodeJS.Immediate | null = null;
  #stall: Timer | null = null;
  #farewell: Timer | null = null;
  #isOtherDone = false;
  #state: 'open' | 'ending' | 'ended' = 'open';

  constructor(options: FrameChannelOptions) {
    this.#options = options;
    this.#decoder = new FrameDecoder(options.maxIncomingBytes);
    const { socket } = options;
    socket.on('data', (chunk: Buffer) => {
      if (this.#state !== 'open') return;
      socket.pause();
      this.#decoder.push(chunk);
      this.#takeSoon();
    });
    socket.on('drain', () => {
      this.#onDrain();
    });
    socket.on('error', (error) => {
      this.destroy({ code: 'connection-lost', message: `the connection failed: ${error.message}` });
    });
    socket.on('end', () => {
      // Comes as soon as it is read, though what was said before may still wait to be handled.
      this.#isOtherDone = true;
      if (this.#state !== 'open' || this.isCongested) this.destroy(closedByOther);
      else this.#takeSoon();
    });
    socket.on('close', () => {
      this.destroy(closedByOther);
    });
  }

  /** Whether the other end still has to read something; better wait then, see `onceClear`. */
  get isCongested(): boolean {
    return this.#stall !== null;
  }

  /** Calls when what was sent has been taken; never once the channel has ended. Returns a function that forgets it. */
  onceClear(action: () => void): () => void {
    this.#clearWaiters.add(action);
    return () => {
      this.#clearWaiters.delete(action);
    };
  }

  /** False when the message is too large; nothing is sent then. After the end it goes nowhere. */
  send(message: unknown): boolean {
    if (this.#state !== 'open') return true;
    const { socket, clock, maxOutgoingBytes } = this.#options;
    const frame = encodeFrame(message, maxOutgoingBytes);
    if (!frame.ok) return false;
    const isTaken = socket.write(frame.value);
    if (isTaken) return true;
    this.#stall ??= clock.after(maxStallMs, () => {
      this.destroy({ code: 'too-slow', message: `nothing was read for ${maxStallMs / 1000} s` });
    });
    if (socket.writableLength > maxUnsentBytes + frame.value.length) {
      this.destroy({ code: 'too-slow', message: `more than ${maxUnsentBytes} bytes were not read` });
    }
    return true;
  }

  /** Ends the connection when everything is sent, or a moment later. Nothing is handled any more. */
  end(why: ControlError): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    const { socket, clock, onEnd } = this.#options;
    this.#settle();
    this.#farewell = clock.after(maxFarewellMs, () => socket.destroy());
    // Closing over bytes that we have not read would reset the connection, and our last words with it: so the other
    // end reads them and closes first.
    socket.resume();
    socket.end();
    onEnd(why);
  }

  /** Ends the connection at once. */
  destroy(why: ControlError): void {
    const wasOpen = this.#state === 'open';
    this.#state = 'ended';
    this.#settle();
    this.#farewell?.cancel();
    this.#options.socket.destroy();
    if (wasOpen) this.#options.onEnd(why);
  }

  #takeSoon(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      this.#takeNext();
    });
  }

  #takeNext(): void {
    if (this.#state !== 'open' || this.isCongested) return;
    const decoded = this.#decoder.next();
    switch (decoded.kind) {
      case 'incomplete':
        // A half-closed connection is of no use: a client that sends nothing more gets no answer either.
        if (this.#isOtherDone) this.destroy(closedByOther);
        else this.#options.socket.resume();
        return;
      case 'broken': {
        const error = { code: decoded.code, message: `received ${decoded.reason}` };
        this.#options.onBroken(error);
        this.end(error);
        return;
      }
      case 'message':
        this.#options.onMessage(decoded.message);
        this.#takeSoon();
    }
  }

  #onDrain(): void {
    this.#stall?.cancel();
    this.#stall = null;
    const waiters = [...this.#clearWaiters];
    this.#clearWaiters.clear();
    for (const waiter of waiters) waiter();
    this.#takeSoon();
  }

  #settle(): void {
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#stall?.cancel();
    this.#clearWaiters.clear();
  }
}

const closedByOther: ControlError = {
  code: 'connection-lost',
  message: 'the connection was closed by the other end',
};
