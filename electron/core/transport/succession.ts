/**
 * The current channel maker of each service. If a client's channel could not be opened because its maker had ended,
 * the client waits here for the next one: none of its data has been sent yet.
 */
import { firstReport } from '../abort-signal.ts';

type Wake<Maker> = (maker: Maker | null) => void;

export class Succession<Maker> {
  readonly #present = new Map<string, Maker>();
  readonly #waiting = new Map<string, Set<Wake<Maker>>>();

  announce(service: string, maker: Maker): void {
    this.#present.set(service, maker);
    for (const wake of this.#waiting.get(service) ?? []) wake(maker);
  }

  withdraw(service: string, maker: Maker): void {
    if (this.#present.get(service) === maker) this.#present.delete(service);
  }

  /** A maker other than the failed one; null: the signal aborted first, or there will be none. */
  next(service: string, failed: Maker, signal: AbortSignal): Promise<Maker | null> {
    const present = this.#present.get(service);
    if (present !== undefined && present !== failed) return Promise.resolve(present);
    return firstReport<Maker | null>((wake) => {
      const waiting = this.#waiting.get(service) ?? new Set();
      this.#waiting.set(service, waiting.add(wake));
      return () => {
        waiting.delete(wake);
        if (waiting.size === 0 && this.#waiting.get(service) === waiting) this.#waiting.delete(service);
      };
    }, signal);
  }

  /** There will be no more makers. */
  close(): void {
    for (const waiting of this.#waiting.values()) for (const wake of [...waiting]) wake(null);
  }
}
