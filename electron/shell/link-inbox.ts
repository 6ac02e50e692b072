/** Links that come before anybody can act on them: macOS sends the first one before Electron is ready. */
import type { App } from 'electron';

export class LinkInbox {
  readonly #app: Pick<App, 'on' | 'off'>;
  readonly #onUrl = (event: { preventDefault(): void }, url: string): void => {
    event.preventDefault();
    this.receive(url);
  };
  /** The latest: nobody expects an answer to more than one. */
  #waiting: string | null;
  #deliver: ((link: string) => void) | null = null;

  /** To be made before Electron is ready. `first`: the link that the app was started with. */
  constructor(app: Pick<App, 'on' | 'off'>, first: string | null) {
    this.#app = app;
    this.#waiting = first;
    app.on('open-url', this.#onUrl);
  }

  receive(link: string): void {
    if (this.#deliver === null) this.#waiting = link;
    else this.#deliver(link);
  }

  /** From now on, and what has come before. */
  deliverTo(deliver: (link: string) => void): void {
    this.#deliver = deliver;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) deliver(waiting);
  }

  close(): void {
    this.#app.off('open-url', this.#onUrl);
  }
}
