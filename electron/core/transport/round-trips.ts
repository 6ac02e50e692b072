/**
 * The usual round-trip time, from the last two round trips: one late answer after an outage says nothing about the
 * speed.
 */
export class RoundTrips {
  #latest = 0;
  #before = 0;

  /** In ms; 0 while unknown. */
  get usualMs(): number {
    return Math.min(this.#latest, this.#before);
  }

  note(ms: number): void {
    this.#before = this.#latest;
    this.#latest = ms;
  }
}
