/** Records the outages and the last day of one service, and logs each recovery. */
import { secondsText } from '../../../shared/seconds-text.ts';
import type { Outages } from '../../../shared/outages.ts';
import { isInOrder } from '../../../shared/service-tone.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { emptyDay, observeDay, type DayFacts, type DayHistory } from '../observability/day-history.ts';
import { cleanOutageHistory, observeOutage, type OutageFacts } from '../observability/outage-history.ts';
import type { ForwardState } from './forward-state.ts';

export class OutageWatch {
  readonly #clock: Clock;
  readonly #log: Logger;
  #history = cleanOutageHistory;
  #day = emptyDay;

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    this.#clock = clock;
    this.#log = log;
  }

  get past(): Outages {
    return this.#history.past;
  }

  get day(): DayHistory {
    return this.#day;
  }

  /** Must be called after each step of the machine. */
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
    this.#day = observeDay(this.#day, {
      state: this.#stateOf(facts),
      cause: cause?.title ?? null,
      outages: this.past,
      wallNow,
    });
    const { count, recent } = this.past;
    if (count > before) this.#log.info(`recovered after ${secondsText(recent.at(-1)?.durationMs ?? 0)}`);
  }

  #stateOf({
    desired,
    phase,
    health,
    hasCause,
  }: Pick<OutageFacts, 'desired' | 'phase' | 'health' | 'hasCause'>): DayFacts['state'] {
    if (desired === 'off' || phase === 'off' || phase === 'stopping') return 'off';
    if (isInOrder({ phase, health })) return 'up';
    return this.#history.current !== null || hasCause ? 'down' : 'starting';
  }
}
