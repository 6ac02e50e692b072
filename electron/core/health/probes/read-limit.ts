/**
 * Bounds what one check reads, whatever the protocol. Its timeout alone would not do: a far end that floods with what a
 * parser skips, interim answers of HTTP or window updates of HTTP/2, costs a core until then, and of bytes that TLS or
 * HTTP/2 read by themselves no event tells.
 */
import type net from 'node:net';
import type { Clock, Timer } from '../../clock.ts';
import { refusal } from './probe-failures.ts';

/**
 * Twice what the greediest check wants: 1 MB of a body (`BodySearch`). The other half is for its headers, the heads of its
 * chunks and TLS; of the other protocols none reads more than a quarter of a megabyte (a login to PostgreSQL).
 */
const maxReadMegabytes = 2;

/** Often enough that a flood costs next to nothing; an answer is there sooner as a rule, and then nobody looks. */
const lookEveryMs = 50;

/** The result of a check that reached the limit. */
export const tooMuchRead = refusal(
  `the service sent more than ${maxReadMegabytes} MB in response to one check`,
  'The service sends far more than the health check asks for',
);

export class ReadLimit {
  readonly #wire: net.Socket;
  readonly #onExceeded: () => void;
  #nextLook: Timer | null = null;

  /** `wire`: the connection itself, below any encryption. `onExceeded` is to destroy it. */
  constructor(wire: net.Socket, onExceeded: () => void) {
    this.#wire = wire;
    this.#onExceeded = onExceeded;
    wire.on('data', () => this.#look());
    wire.once('close', () => this.#nextLook?.cancel());
  }

  /** For who reads the connection without `data` events: looks at it from time to time until it is closed. */
  watch(clock: Clock): void {
    this.#nextLook ??= clock.after(lookEveryMs, () => {
      this.#nextLook = null;
      this.#look();
      if (!this.#wire.destroyed) this.watch(clock);
    });
  }

  #look(): void {
    if (this.#wire.bytesRead > maxReadMegabytes * 1024 * 1024) this.#onExceeded();
  }
}
