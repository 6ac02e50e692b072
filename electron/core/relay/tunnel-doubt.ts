/**
 * Tells the death of a tunnel from an end that the far side wanted. A tunnel that dies closes its sockets a moment before
 * its end is reported. So for that moment nobody can say what ended a connection that was unused (see splice.ts,
 * invariant 4).
 */
import { sleep, type Clock } from '../clock.ts';

/** How long after its sockets the end of a dead tunnel is reported, at the most. */
const doubtMs = 150;

export class TunnelDoubt {
  readonly #clock: Clock;
  #presentId: string | null = null;
  /** Aborts when the present tunnel is replaced or taken away. */
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
