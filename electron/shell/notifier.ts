import type { ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Notice } from './notice-words.ts';
import { decideNotices, nothingNoticed } from './notification-policy.ts';

export interface NotifierOptions {
  readonly clock: Clock;
  readonly isEnabled: () => boolean;
  readonly show: (notice: Notice) => void;
}

/**
 * Puts every snapshot, and the passing of time, before the notification policy. It also follows while notifications
 * are switched off, so that switching them on tells no old news.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  #memory = nothingNoticed;
  #services: readonly ServiceSnapshot[] = [];
  #timer: Timer | null = null;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  update({ services }: Pick<Snapshot, 'services'>): void {
    this.#services = services;
    this.#decide();
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #decide(): void {
    const { clock, isEnabled, show } = this.#options;
    const now = clock.now();
    const { memory, notices, nextAt } = decideNotices(this.#memory, this.#services, now);
    this.#memory = memory;
    this.#timer?.cancel();
    this.#timer = nextAt === null ? null : clock.after(nextAt - now, () => this.#decide());
    if (isEnabled()) notices.forEach(show);
  }
}
