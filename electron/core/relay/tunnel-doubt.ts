/**
 * Distinguishes the death of a tunnel from an end that the remote end intended. A dying tunnel closes its sockets slightly
 * before its end is reported, so for that moment the end of an unused connection is ambiguous (see splice.ts, invariant 4).
 */
import { sleep, type Clock } from '../clock.ts';

/** The longest delay between the closing of a dead tunnel's sockets and the report of its end. */
const doubtMs = 150;
/** Connections of an ended tunnel end with it. */
const maxEnded = 16;

export class TunnelDoubt {
  readonly #clock: Clock;
  #presentId: string | null = null;
  /** Aborts when the current tunnel is replaced or removed. */
  #life = new AbortController();
  readonly #ended = new Set<string>();
  readonly #waits = new Map<string, Set<AbortController>>();

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

  /** The process of this tunnel, which may be draining, is gone. */
  noteEnd(tunnelId: string): void {
    this.#ended.add(tunnelId);
    for (const oldest of [...this.#ended].slice(0, -maxEnded)) this.#ended.delete(oldest);
    for (const wait of this.#waits.get(tunnelId) ?? []) wait.abort();
  }

  /** Ends all waits: their clients are gone. */
  close(): void {
    for (const waits of this.#waits.values()) for (const wait of waits) wait.abort();
  }

  /** Whether the process of the tunnel has ended, as soon as that is known, but not later than `withinMs`. */
  async hasEnded(tunnelId: string, withinMs: number): Promise<boolean> {
    const wait = new AbortController();
    const waits = this.#waits.get(tunnelId) ?? new Set();
    this.#waits.set(tunnelId, waits.add(wait));
    if (!this.#ended.has(tunnelId)) await sleep(this.#clock, withinMs, wait.signal);
    waits.delete(wait);
    if (waits.size === 0) this.#waits.delete(tunnelId);
    return this.#ended.has(tunnelId);
  }
}
