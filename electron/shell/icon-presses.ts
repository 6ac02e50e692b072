import type { Clock } from '../core/clock.ts';

/** Between a press on the icon and the loss of focus that it causes, in either order. */
export const sameGestureMs = 200;

/**
 * Detects clicks on the icon that close the popover by taking its focus away, and must not open it again. The focus is lost
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

  /** The mouse button was pressed on the icon. */
  pressed(): void {
    this.#pressedAt = this.#clock.now();
  }

  /** The popover was hidden because something else took the focus. */
  hiddenByBlur(): void {
    this.#hiddenByBlurAt = this.#clock.now();
  }

  /** Call when a click is complete. Returns whether its press hid the popover. */
  clickHasHidden(): boolean {
    const pressedAt = this.#pressedAt ?? this.#clock.now();
    this.#pressedAt = null;
    return Math.abs(pressedAt - this.#hiddenByBlurAt) < sameGestureMs;
  }
}
