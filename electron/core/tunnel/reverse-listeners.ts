/**
 * Who listens where on the servers of reverse forwards. A place can be had only once: the next tunnel of a service takes it over
 * from the one before, on whatever connection that one is. Pure.
 */

/** A tunnel whose far end can be given up before the tunnel itself. */
export interface ReverseListener {
  readonly service: string;
  /** The server no longer listens for it, as far as it answers; what is connected goes on. */
  letGo(): Promise<void>;
  /** Nobody listens in its place: it is of no use any more. Resolves when it has ended. */
  abandon(): Promise<unknown>;
}

export class ReverseListeners {
  readonly #byPlace = new Map<string, ReverseListener>();

  /** Who has the place on that server; null: nobody. */
  at(place: string): ReverseListener | null {
    return this.#byPlace.get(place) ?? null;
  }

  take(place: string, listener: ReverseListener): void {
    this.#byPlace.set(place, listener);
  }

  /** Returns whether it had the place until now. */
  leave(place: string, listener: ReverseListener): boolean {
    return this.#byPlace.get(place) === listener && this.#byPlace.delete(place);
  }
}
