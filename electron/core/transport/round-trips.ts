/**
 * The usual round-trip time, from the last two round trips: one late answer after an outage says nothing about the
 * speed. After two outages in a row, both would be late, so an answer that ends a silence is measured again.
 */
export class RoundTrips {
  #latest = 0;
  #before = 0;
  #isAfterSilence = false;

  /** In ms; 0 while unknown. */
  get usualMs(): number {
    return Math.min(this.#latest, this.#before);
  }

  /** There was no answer in time. */
  noteSilence(): void {
    this.#isAfterSilence = true;
  }

  /** Returns whether the caller has to measure another one now: this one may have waited for the line to come back. */
  note(ms: number): boolean {
    this.#before = this.#latest;
    this.#latest = ms;
    const isLate = this.#isAfterSilence;
    this.#isAfterSilence = false;
    return isLate;
  }
}
