/**
 * When to update the menu of a Linux panel. Chromium can only replace the whole menu of a tray (`DbusMenu::SetModel`): every
 * item gets a new ID, an open menu is redrawn under the pointer, and a choice still in transit with an old ID is rejected.
 * Setting the tooltip does the same. The app cannot tell whether the menu is open. Therefore:
 *
 * 1. Changes within `settleMs` cause a single update.
 * 2. Updates are at least `minIntervalMs` apart, however fast forwards change.
 * 3. A choice closes the menu, so its result may be shown at once.
 * 4. Nothing is updated after disposal: the tray is gone.
 */
import type { Clock, Timer } from '../core/clock.ts';

export const settleMs = 200;
export const minIntervalMs = 2_000;

export class MenuPace {
  readonly #clock: Clock;
  readonly #renew: () => void;
  /** Monotonic ms. */
  #notBefore: number;
  #due: { readonly at: number; readonly timer: Timer } | null = null;
  #isDisposed = false;

  constructor(clock: Clock, renew: () => void) {
    this.#clock = clock;
    this.#renew = renew;
    this.#notBefore = clock.now();
  }

  /** The menu that the panel shows is out of date. */
  changed(): void {
    if (this.#isDisposed) return;
    const now = this.#clock.now();
    const at = Math.max(now + settleMs, this.#notBefore);
    if (this.#due !== null && this.#due.at <= at) return;
    this.#cancel();
    this.#due = { at, timer: this.#clock.after(at - now, () => this.#onDue()) };
  }

  chosen(): void {
    this.#notBefore = this.#clock.now();
    this.changed();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#cancel();
  }

  #cancel(): void {
    this.#due?.timer.cancel();
    this.#due = null;
  }

  #onDue(): void {
    this.#due = null;
    this.#notBefore = this.#clock.now() + minIntervalMs;
    this.#renew();
  }
}
