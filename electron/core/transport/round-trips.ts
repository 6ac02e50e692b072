/** What an answer takes on a line, by the last two: one that came late because the line was dead for a while says nothing of its speed. */
export class RoundTrips {
  #latest = 0;
  #before = 0;

  /** In ms; 0 while nothing is known. */
  get usualMs(): number {
    return Math.min(this.#latest, this.#before);
  }

  note(ms: number): void {
    this.#before = this.#latest;
    this.#latest = ms;
  }
}
