/** The sockets of one check: one for each address of a name that is being tried, and then the one that has connected. */
import net from 'node:net';
import { dial, type Dial, type DialListener } from '../../connect/happy-eyeballs.ts';
import type { ProbeRequest } from '../probe.ts';

export class ProbeSockets {
  readonly #onClosed: () => void;
  #dial: Dial | null = null;
  #openCount = 0;

  /** `onClosed` runs whenever the last open one has closed; another may follow while it connects. */
  constructor(onClosed: () => void) {
    this.#onClosed = onClosed;
  }

  get areClosed(): boolean {
    return this.#openCount === 0;
  }

  connect({ endpoint, clock }: ProbeRequest, listener: DialListener): void {
    this.#dial = dial(endpoint, { clock, open: (target) => this.#track(net.connect(target)) }, listener);
  }

  /** Ends the attempts to connect. */
  abort(): void {
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
