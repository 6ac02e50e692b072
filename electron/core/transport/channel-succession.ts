/**
 * Who makes a service's channels now. A client whose channel could not be made because the master had gone waits here for the
 * next master: nothing that it said has been sent anywhere.
 */
import type { Channels } from './channel.ts';

type Wake = (channels: Channels | null) => void;

export class ChannelSuccession {
  readonly #present = new Map<string, Channels>();
  readonly #waiting = new Map<string, Set<Wake>>();

  announce(service: string, channels: Channels): void {
    this.#present.set(service, channels);
    for (const wake of this.#waiting.get(service) ?? []) wake(channels);
  }

  withdraw(service: string, channels: Channels): void {
    if (this.#present.get(service) === channels) this.#present.delete(service);
  }

  /** Others than those that failed; null: none came before the signal aborted, or none will. */
  next(service: string, failed: Channels, signal: AbortSignal): Promise<Channels | null> {
    const present = this.#present.get(service);
    if (present !== undefined && present !== failed) return Promise.resolve(present);
    if (signal.aborted) return Promise.resolve(null);
    const waiting = this.#waiting.get(service) ?? new Set();
    this.#waiting.set(service, waiting);
    return new Promise((resolve) => {
      const settle: Wake = (channels) => {
        signal.removeEventListener('abort', leave);
        waiting.delete(settle);
        if (waiting.size === 0 && this.#waiting.get(service) === waiting) this.#waiting.delete(service);
        resolve(channels);
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
