/**
 * The sockets of one check: one for each address of a name that is being tried, and then the one that has connected. Where a
 * tunnel's queue is full, it tries again until the check ends.
 */
import net from 'node:net';
import type { Timer } from '../../clock.ts';
import type { ConnectError } from '../../connect/connect-error.ts';
import { fullQueueCode } from '../../connect/full-queue.ts';
import { dial, type Dial, type DialListener, type Target } from '../../connect/happy-eyeballs.ts';
import type { ProbeRequest } from '../probe.ts';

/** Long enough for a busy program to take some connections off its queue. */
const fullQueueDelayMs = 50;

export class ProbeSockets {
  readonly #onClosed: () => void;
  #dial: Dial | null = null;
  #openCount = 0;
  #retry: Timer | null = null;
  #refusal: ConnectError | null = null;

  /** `onClosed` runs whenever the last open one has closed; another may follow while it connects. */
  constructor(onClosed: () => void) {
    this.#onClosed = onClosed;
  }

  get areClosed(): boolean {
    return this.#openCount === 0;
  }

  /** Why there is no connection yet: the queue was full at the last try. */
  get refusal(): ConnectError | null {
    return this.#refusal;
  }

  connect(request: ProbeRequest, listener: DialListener): void {
    const { endpoint, clock } = request;
    const options = { clock, open: (target: Target) => this.#track(net.connect(target)) };
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

  /** Ends the attempts to connect. */
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
