/** Keeps the outage history of one service, and logs each recovery. */
import type { Outages } from '../../../shared/outages.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { cleanOutageHistory, observeOutage } from '../observability/outage-history.ts';
import type { ForwardState } from './forward-state.ts';

export class OutageWatch {
  readonly #clock: Clock;
  readonly #log: Logger;
  #history = cleanOutageHistory;

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    this.#clock = clock;
    this.#log = log;
  }

  get past(): Outages {
    return this.#history.past;
  }

  /** To be called after each step of the machine. */
  observe({ desired, situation, health, cause, suspended }: ForwardState): void {
    const before = this.past.count;
    const now = this.#clock.now();
    const wallNow = this.#clock.wallNow();
    const facts = {
      desired,
      phase: situation.phase,
      health,
      hasCause: cause !== null,
      suspended,
      now,
      wallNow,
    };
    this.#history = observeOutage(this.#history, facts);
    const { count, recent } = this.past;
    if (count > before) this.#log.info(`recovered after ${recent.at(-1)?.durationMs ?? 0} ms`);
  }
}
