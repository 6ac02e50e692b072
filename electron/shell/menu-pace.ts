/**
 * When a Linux panel is given the menu anew. Chromium knows no other change of a tray's menu than a whole new one
 * (`DbusMenu::SetModel`): every entry gets a new number, an open menu is drawn again under the pointer, and a choice that
 * is on its way with a number of the former menu is refused. Setting the tooltip does the same. Nor does the app learn
 * whether the menu is open. So:
 *
 * 1. What changes within `settleMs` is one renewal.
 * 2. Between two renewals lie at least `restMs`, however fast forwards come and go.
 * 3. A choice closes the menu: what comes of it may be shown at once.
 * 4. Once it is disposed, nothing is renewed: the tray is gone.
 */
import type { Clock, Timer } from '../core/clock.ts';

export const settleMs = 200;
export const restMs = 2_000;

export class MenuPace {
  readonly #clock: Clock;
  readonly #renew: () => void;
  /** Monotonic ms. */
  #restsUntil: number;
  #due: { readonly at: number; readonly timer: Timer } | null = null;
  #isDisposed = false;

  constructor(clock: Clock, renew: () => void) {
    this.#clock = clock;
    this.#renew = renew;
    this.#restsUntil = clock.now();
  }

  /** What the panel shows is out of date. */
  changed(): void {
    if (this.#isDisposed) return;
    const now = this.#clock.now();
    const at = Math.max(now + settleMs, this.#restsUntil);
    if (this.#due !== null && this.#due.at <= at) return;
    this.#cancel();
    this.#due = { at, timer: this.#clock.after(at - now, () => this.#onDue()) };
  }

  chosen(): void {
    this.#restsUntil = this.#clock.now();
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
    this.#restsUntil = this.#clock.now() + restMs;
    this.#renew();
  }
}
