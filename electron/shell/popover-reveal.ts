/** Keeps the last clicked notification until the popover is shown. */
import type { WebContents } from 'electron';
import { sendEvent } from './ipc-main.ts';
import type { Notice } from './notice-words.ts';

type Contents = Pick<WebContents, 'send' | 'isDestroyed'>;

export class PopoverReveal {
  readonly #visibleContents: () => Contents | null;
  #wanted: { readonly names: readonly string[]; readonly action: string | null } | null = null;

  constructor(visibleContents: () => Contents | null) {
    this.#visibleContents = visibleContents;
  }

  /** `isAction`: its button was clicked. A notification that is not about a service reveals nothing. */
  want({ names, action }: Notice, isAction: boolean): void {
    if (names === undefined) return;
    this.#wanted = { names, action: isAction ? (action ?? null) : null };
    this.shown();
  }

  /** Call when the popover closes, which it may do before it was visible: a click must not act hours later. */
  forget(): void {
    this.#wanted = null;
  }

  /** Call when the popover becomes visible. */
  shown(): void {
    const contents = this.#visibleContents();
    if (contents === null || this.#wanted === null) return;
    sendEvent(contents, 'popover:reveal', this.#wanted);
    this.#wanted = null;
  }
}
