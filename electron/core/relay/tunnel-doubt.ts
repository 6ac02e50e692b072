/**
 * Distinguishes the death of a tunnel from an end that the remote end intended. A dying tunnel closes its sockets slightly
 * before its end is reported, so for that moment the end of an unused connection is ambiguous (see splice.ts, invariant 4).
 */
import { sleep, type Clock } from '../clock.ts';

/** The longest delay between the closing of a dead tunnel's sockets and the report of its end. */
const doubtMs = 150;

export class TunnelDoubt {
  readonly #clock: Clock;
  #presentId: string | null = null;
  /** Aborts when the current tunnel is replaced or removed. */
  #life = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  setPresent(tunnelId: string | null): void {
    if (tunnelId === this.#presentId) return;
    this.#presentId = tunnelId;
    this.#life.abort();
    this.#life = new AbortController();
  }

  /** Resolves as soon as it is known. */
  async hasGone(tunnelId: string): Promise<boolean> {
    if (this.#presentId === tunnelId) await sleep(this.#clock, doubtMs, this.#life.signal);
    return this.#presentId !== tunnelId;
  }
}
