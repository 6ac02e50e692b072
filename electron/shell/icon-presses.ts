import type { Clock } from '../core/clock.ts';

/** Between a press on the icon and the loss of focus that it causes, in either order. */
export const sameGestureMs = 200;

/**
 * Which clicks on the icon close the popover merely by taking its focus away, and must not open it again. The focus is lost
 * when the button is pressed, and the click comes when it is released, however much later, so the press counts. Linux reports no
 * press, and macOS none for a click by VoiceOver: then the click counts.
 */
export class IconPresses {
  readonly #clock: Clock;
  #pressedAt: number | null = null;
  #hiddenByBlurAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The button went down on the icon. */
  pressed(): void {
    this.#pressedAt = this.#clock.now();
  }

  /** The popover is hidden because something else took the focus. */
  hiddenByBlur(): void {
    this.#hiddenByBlurAt = this.#clock.now();
  }

  /** A click is complete. Whether its press is the one that has hidden the popover. */
  clickHasHidden(): boolean {
    const pressedAt = this.#pressedAt ?? this.#clock.now();
    this.#pressedAt = null;
    return Math.abs(pressedAt - this.#hiddenByBlurAt) < sameGestureMs;
  }
}
