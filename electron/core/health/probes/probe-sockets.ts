/**
 * The sockets of one check: one for each address that is being tried, then the one that has connected. If a tunnel's
 * accept queue is full, it retries until the check ends.
 */
import type net from 'node:net';
import type { Timer } from '../../clock.ts';
import type { ConnectError } from '../../connect/connect-error.ts';
import { fullQueueCode } from '../../connect/full-queue.ts';
import { dial, openSocket, type Dial, type DialListener, type Target } from '../../connect/happy-eyeballs.ts';
import type { ProbeRequest } from '../probe.ts';

/** Long enough for a busy program to accept some of its queued connections. */
const fullQueueDelayMs = 50;

export class ProbeSockets {
  readonly #onClosed: () => void;
  #dial: Dial | null = null;
  #openCount = 0;
  #retry: Timer | null = null;
  #refusal: ConnectError | null = null;

  /** `onClosed` runs whenever the last open socket has closed; while connecting, another may follow. */
  constructor(onClosed: () => void) {
    this.#onClosed = onClosed;
  }

  get areClosed(): boolean {
    return this.#openCount === 0;
  }

  /** The error of the last attempt if the queue was full; otherwise null. */
  get refusal(): ConnectError | null {
    return this.#refusal;
  }

  connect(request: ProbeRequest, listener: DialListener): void {
    const { endpoint, clock } = request;
    const options = { clock, open: (target: Target) => this.#track(openSocket(target)) };
    this.#dial = dial(endpoint, options, {
      onConnected: (socket) => {
        this.#refusal = null;
        listener.onConnected(socket);
      },
      onFailed: (error) => {
        if (error.code !== fullQueueCode) {
          listener.onFailed(error);
          return;
        }
        this.#refusal = error;
        this.#retry = clock.after(fullQueueDelayMs, () => {
          this.connect(request, listener);
        });
      },
    });
  }

  /** Cancels connection attempts. */
  abort(): void {
    this.#retry?.cancel();
    this.#dial?.abort();
  }

  #track(socket: net.Socket): net.Socket {
    this.#openCount += 1;
    return socket.once('close', () => {
      this.#openCount -= 1;
      if (this.areClosed) this.#onClosed();
    });
  }
}
