/**
 * Holds links that arrive before they can be handled: macOS sends the first one before Electron is ready, and elsewhere the
 * app may be started again with one while it starts.
 */
import type { App } from 'electron';
import { linkIn } from './app-link.ts';

export class LinkInbox {
  readonly #app: Pick<App, 'on' | 'off'>;
  readonly #onUrl = (event: { preventDefault(): void }, url: string): void => {
    event.preventDefault();
    this.receive(url);
  };
  readonly #onStartedAgain = (_event: unknown, argv: readonly string[]): void => {
    const link = linkIn(argv);
    if (link !== null) this.receive(link);
  };
  /** Only the latest link is kept. */
  #waiting: string | null;
  #deliver: ((link: string) => void) | null = null;

  /** Create before Electron is ready. `first`: the link that the app was started with. */
  constructor(app: Pick<App, 'on' | 'off'>, first: string | null) {
    this.#app = app;
    this.#waiting = first;
    app.on('open-url', this.#onUrl);
    app.on('second-instance', this.#onStartedAgain);
  }

  receive(link: string): void {
    if (this.#deliver === null) this.#waiting = link;
    else this.#deliver(link);
  }

  /** Delivers all links from now on, and the one that has been waiting. */
  deliverTo(deliver: (link: string) => void): void {
    this.#deliver = deliver;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) deliver(waiting);
  }

  close(): void {
    this.#app.off('open-url', this.#onUrl);
    this.#app.off('second-instance', this.#onStartedAgain);
  }
}
