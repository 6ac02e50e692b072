/**
 * Ownership. Every resource belongs to a scope on the line that creates it; closing the scope aborts its signal and
 * disposes what it owns, newest first. A disposer that throws does not keep the others from running.
 */
import { markClosed, markOpened } from './lifetime-tracker.ts';

export type Dispose = () => void | Promise<void>;

export class Scope {
  readonly #controller = new AbortController();
  readonly #owned: { readonly name: string; readonly dispose: Dispose }[] = [];
  #closing: Promise<void> | null = null;

  readonly name: string;

  constructor(name: string) {
    this.name = name;
    markOpened(this, () => `scope ${name}: ${this.owned.join(', ') || 'owns nothing'}`);
  }

  /** Aborts when the scope begins to close. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isClosed(): boolean {
    return this.#closing !== null;
  }

  /** What is owned right now, oldest first. */
  get owned(): readonly string[] {
    return this.#owned.map((item) => item.name);
  }

  /** Takes ownership of a resource, or disposes it at once if the scope is closed. Returns a function that disposes it early. */
  own(name: string, dispose: Dispose): () => Promise<void> {
    const item = { name, dispose };
    if (this.#closing !== null) {
      this.#closing = this.#closing.then(() => dispose());
      return () => Promise.resolve();
    }
    this.#owned.push(item);
    return async () => {
      const index = this.#owned.indexOf(item);
      if (index === -1) return;
      this.#owned.splice(index, 1);
      await dispose();
    };
  }

  /** Idempotent. Resolves when everything owned is disposed; rejects with all errors together if disposers threw. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    this.#controller.abort();
    const errors: unknown[] = [];
    for (let item = this.#owned.pop(); item !== undefined; item = this.#owned.pop()) {
      try {
        await item.dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    markClosed(this);
    if (errors.length > 0) throw new AggregateError(errors, `closing ${this.name}`);
  }
}
