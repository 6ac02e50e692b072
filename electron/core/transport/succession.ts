/**
 * Who makes a service's channels now. A client whose channel could not be made because that one had gone waits here for the
 * next one: nothing that the client said has been sent anywhere.
 */
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

  /** Others than those that failed; null: none came before the signal aborted, or none will. */
  next(service: string, failed: Maker, signal: AbortSignal): Promise<Maker | null> {
    const present = this.#present.get(service);
    if (present !== undefined && present !== failed) return Promise.resolve(present);
    if (signal.aborted) return Promise.resolve(null);
    const waiting = this.#waiting.get(service) ?? new Set();
    this.#waiting.set(service, waiting);
    return new Promise((resolve) => {
      const settle: Wake<Maker> = (maker) => {
        signal.removeEventListener('abort', leave);
        waiting.delete(settle);
        if (waiting.size === 0 && this.#waiting.get(service) === waiting) this.#waiting.delete(service);
        resolve(maker);
      };
      const leave = (): void => settle(null);
      signal.addEventListener('abort', leave, { once: true });
      waiting.add(settle);
    });
  }

  /** Nobody follows any more. */
  close(): void {
    for (const waiting of this.#waiting.values()) for (const wake of [...waiting]) wake(null);
  }
}
