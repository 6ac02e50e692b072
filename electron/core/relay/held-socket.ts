/**
 * A client's socket while the client is held. It is read, up to a limit, because a socket that is not read does not report
 * a hang-up. Invariants:
 *   1. Bytes read here have not been sent to any tunnel. They are kept in order and passed on once, by `release`.
 *   2. At most `maxEarlyBytes` plus one read (64 KiB) are kept; then reading stops. Node buffers as much again.
 *
 * | the client's socket reports     | the client has                                             | its slot is                        |
 * | ------------------------------- | ---------------------------------------------------------- | ---------------------------------- |
 * | RST, whatever came before       | left                                                       | freed at once                      |
 * | FIN without bytes before it     | left, or only checked the port, so it has no request; or   | freed at once while no tunnel can  |
 * |                                 | it waits for a greeting (`nc -N … < /dev/null`)            | take it, else kept                 |
 * | FIN after bytes                 | left, or half-closed (`printf … \| nc -N`) and waits. Only | kept; first to go when all slots   |
 * |                                 | sending could tell, and nothing may be sent                | are taken                          |
 * | nothing yet, or bytes           | not left                                                   | kept                               |
 * | more bytes than are kept        | not left: a hang-up shows once it is joined                | kept                               |
 *
 * Measured with 4,000 clients that connect, send a request and leave: 71 µs of CPU for each without reading (no
 * hang-up seen), 90 µs with `read(0)` (seen only from clients that sent nothing), 100 µs with this class (all seen).
 */
import type { Socket } from 'node:net';
import { whenEndIsTrue } from './reset.ts';

const maxEarlyBytes = 16 * 1024;

/** A client between the hold and a tunnel: paused, without listeners. */
export interface ReleasedClient {
  readonly socket: Socket;
  /** Bytes that the client has sent so far; not passed on yet. */
  readonly early: readonly Buffer[];
  /** The client has ended its half after these bytes. */
  readonly hasEnded: boolean;
}

export interface HeldSocketListener {
  /** The client is known to be gone. */
  onGone(): void;
  /** The client has ended its half without sending anything. */
  onEndedSilent(): void;
}

export class HeldSocket {
  readonly socket: Socket;
  readonly #early: Buffer[] = [];
  #earlyBytes = 0;
  #listener: HeldSocketListener = { onGone: () => undefined, onEndedSilent: () => undefined };

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** The client has ended its half: it may be waiting for an answer, but has probably left. */
  get hasLikelyLeft(): boolean {
    return this.socket.readableEnded;
  }

  /** Calls each listener function at most once; immediately if its condition already holds. */
  watch(listener: HeldSocketListener): void {
    this.#listener = listener;
    const { socket } = this;
    if (socket.destroyed) {
      listener.onGone();
      return;
    }
    socket.on('close', this.#onClose);
    if (socket.readableEnded) this.#onEnd();
    else socket.on('data', this.#onData).on('end', this.#onEnd).resume();
  }

  /** Stops watching. */
  release(): ReleasedClient {
    const { socket } = this;
    socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose).pause();
    return { socket, early: this.#early, hasEnded: socket.readableEnded };
  }

  readonly #onData = (bytes: Buffer): void => {
    this.#early.push(bytes);
    this.#earlyBytes += bytes.length;
    if (this.#earlyBytes >= maxEarlyBytes) this.socket.pause();
  };

  readonly #onEnd = (): void => {
    whenEndIsTrue(this.socket, () => {
      if (this.#earlyBytes === 0) this.#listener.onEndedSilent();
    });
  };

  readonly #onClose = (): void => {
    this.#listener.onGone();
  };
}
