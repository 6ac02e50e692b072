/** How many lines of one child are delivered, and how much of its output is read, in each second. Pure. */
export const maxLinesPerSecond = 1_000;
/** Beyond this the child has to wait: its pipe stays full for the rest of the second. */
export const maxBytesPerSecond = 1024 * 1024;
/** The number of kept lines beyond the quota: the last lines of a child explain its exit. */
const maxKeptLines = 20;

export interface LinesBeyond<Line> {
  /** The number of lost lines. */
  readonly dropped: number;
  /** The last ones, oldest first. */
  readonly kept: readonly Line[];
}

export class LineQuota<Line> {
  readonly #maxLines: number;
  #lines = 0;
  #bytes = 0;
  #kept: Line[] = [];

  constructor(maxLines = maxLinesPerSecond) {
    this.#maxLines = maxLines;
  }

  countBytes(bytes: number): void {
    this.#bytes += bytes;
  }

  /** No more may be read in this second. */
  get isSpent(): boolean {
    return this.#bytes >= maxBytesPerSecond;
  }

  /** Whether to deliver this line now. Otherwise it may be kept until the second is over. */
  admit(line: Line): boolean {
    this.#lines += 1;
    if (this.#lines <= this.#maxLines) return true;
    this.#kept.push(line);
    if (this.#kept.length > maxKeptLines) this.#kept.shift();
    return false;
  }

  /** The second is over. Returns the lines beyond the quota. */
  renew(): LinesBeyond<Line> {
    const dropped = Math.max(0, this.#lines - this.#maxLines) - this.#kept.length;
    const beyond = { dropped, kept: this.#kept };
    this.#lines = 0;
    this.#bytes = 0;
    this.#kept = [];
    return beyond;
  }
}
