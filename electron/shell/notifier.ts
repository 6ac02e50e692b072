import type { ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Notice } from './notice-words.ts';
import { decideNotices, nothingNoticed } from './notification-policy.ts';
import { promptNotice } from './prompt-notice.ts';

export interface NotifierOptions {
  readonly clock: Clock;
  readonly isEnabled: () => boolean;
  /** The user looks at the popover, where every question stands. */
  readonly isWatched: () => boolean;
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
  /** Ids of the open questions. */
  #asked: ReadonlySet<string> = new Set();

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  update({ services, prompts }: Pick<Snapshot, 'services' | 'prompts'>): void {
    this.#services = services;
    this.#decide();
    this.#tellPrompts(prompts);
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** At once, since the server waits. */
  #tellPrompts(prompts: Snapshot['prompts']): void {
    const { isEnabled, isWatched, show } = this.#options;
    const news = prompts.filter(({ id }) => !this.#asked.has(id));
    this.#asked = new Set(prompts.map(({ id }) => id));
    if (isEnabled() && !isWatched()) news.map(promptNotice).forEach(show);
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
