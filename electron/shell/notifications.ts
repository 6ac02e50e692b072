/** Shows what the notification policy decides, as the system's own notifications. */
import { Notification } from 'electron';
import type { ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { decideNotices, nothingNoticed, type Notice } from './notification-policy.ts';

/** The system keeps older ones in its own centre; ours are held only so that a click still finds us. */
const maxHeldNotifications = 20;

export interface NotifierOptions {
  readonly clock: Clock;
  readonly isEnabled: () => boolean;
  readonly show: (notice: Notice) => void;
}

/** Follows the snapshots also while notifications are switched off, so that switching on tells no old news. */
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

/** Shows notices natively; a click on one calls `onClick`. */
export function systemNotifications(onClick: () => void): (notice: Notice) => void {
  const held: Notification[] = [];
  return (notice) => {
    if (!Notification.isSupported()) return;
    const notification = new Notification({ ...notice, silent: true });
    notification.on('click', onClick);
    held.push(notification);
    if (held.length > maxHeldNotifications) held.shift();
    notification.show();
  };
}
