/**
 * Limits the bytes that one check reads, for any protocol. The timeout alone is not enough: a server that floods the
 * connection with data that a parser skips (interim HTTP responses, HTTP/2 window updates) would keep a core busy until
 * then, and bytes that TLS or HTTP/2 read internally emit no event.
 */
import type net from 'node:net';
import type { Clock, Timer } from '../../clock.ts';
import { refusal } from './probe-failures.ts';

/**
 * Twice what the largest check needs: 1 MB of a body (`BodySearch`). The rest is for headers, chunk headers and TLS. No
 * other protocol reads more than a quarter of a megabyte (a PostgreSQL login).
 */
const maxReadMegabytes = 2;

/** A flood costs little at this rate, and most answers arrive before the first poll. */
const pollIntervalMs = 50;

/** The result of a check that reached the limit. */
export const tooMuchRead = refusal(
  `the service sent more than ${maxReadMegabytes} MB in response to one check`,
  'The service sends far more data than the health check requested',
);

export class ReadLimit {
  readonly #wire: net.Socket;
  readonly #onExceeded: () => void;
  #nextPoll: Timer | null = null;

  /** `wire`: the connection itself, below any encryption. `onExceeded` must destroy it. */
  constructor(wire: net.Socket, onExceeded: () => void) {
    this.#wire = wire;
    this.#onExceeded = onExceeded;
    wire.on('data', () => this.#checkLimit());
    wire.once('close', () => this.#nextPoll?.cancel());
  }

  /** Polls the limit until the connection is closed, for readers that emit no `data` events. */
  watch(clock: Clock): void {
    this.#nextPoll ??= clock.after(pollIntervalMs, () => {
      this.#nextPoll = null;
      this.#checkLimit();
      if (!this.#wire.destroyed) this.watch(clock);
    });
  }

  #checkLimit(): void {
    if (this.#wire.bytesRead > maxReadMegabytes * 1024 * 1024) this.#onExceeded();
  }
}
