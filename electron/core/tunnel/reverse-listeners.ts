/**
 * Which tunnel has which remote port or socket on the servers of reverse forwards. Only one tunnel can have a place: a
 * service's next tunnel takes it over from the previous one, even from another connection. Pure.
 */

/** A reverse tunnel whose remote listener can be released before the tunnel ends. */
export interface ReverseListener {
  readonly service: string;
  /** Stops listening on the server, if the server answers; existing connections stay open. */
  release(): Promise<void>;
  /** Ends a tunnel whose successor failed to take its place. Resolves when it has ended. */
  abandon(): Promise<unknown>;
}

export class ReverseListeners {
  readonly #byPlace = new Map<string, ReverseListener>();

  /** The tunnel that has this place; null if none does. */
  at(place: string): ReverseListener | null {
    return this.#byPlace.get(place) ?? null;
  }

  take(place: string, listener: ReverseListener): void {
    this.#byPlace.set(place, listener);
  }

  /** Returns whether the listener had the place. */
  leave(place: string, listener: ReverseListener): boolean {
    return this.#byPlace.get(place) === listener && this.#byPlace.delete(place);
  }
}
