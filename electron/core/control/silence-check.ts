/** Notices that the host of a quiet stream has stopped answering: a quiet stream looks like a frozen host. */
import type { Clock, Timer } from '../clock.ts';

/** How long a stream may be quiet before the host is asked whether it still answers. */
export const quietMs = 5_000;

export interface SilenceCheckParts {
  readonly clock: Clock;
  /** False: the host has not answered in time. */
  readonly answers: () => Promise<boolean>;
  /** Called at most once. */
  readonly onSilent: () => void;
}

export class SilenceCheck {
  readonly #parts: SilenceCheckParts;
  #heardAt: number;
  /** null once closed. */
  #timer: Timer | null;

  constructor(parts: SilenceCheckParts) {
    this.#parts = parts;
    this.#heardAt = parts.clock.now();
    this.#timer = this.#wait(quietMs);
  }

  /** Something has come from the host. */
  heard(): void {
    this.#heardAt = this.#parts.clock.now();
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #wait(delayMs: number): Timer {
    return this.#parts.clock.after(delayMs, () => void this.#check());
  }

  async #check(): Promise<void> {
    const { clock, answers, onSilent } = this.#parts;
    const leftMs = this.#heardAt + quietMs - clock.now();
    // It may have been heard meanwhile.
    const isAlive = leftMs > 0 || (await answers()) || this.#heardAt + quietMs > clock.now();
    if (this.#timer === null) return;
    if (isAlive) this.#timer = this.#wait(leftMs > 0 ? leftMs : quietMs);
    else onSilent();
  }
}
