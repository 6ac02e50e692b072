/** How many lines of one child are delivered, and how much of its output is read, in each second. Pure. */
export const maxLinesPerSecond = 1_000;
/** Beyond this the child has to wait: its pipe stays full until the second is over. */
export const maxBytesPerSecond = 1024 * 1024;
/** Of the lines beyond the quota: the last words of a child explain its end. */
const maxKeptLines = 20;

export interface LinesBeyond<Line> {
  /** Lines that are lost. */
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

  /** Nothing more is to be read in this second. */
  get isSpent(): boolean {
    return this.#bytes >= maxBytesPerSecond;
  }

  /** Whether this line is to be delivered. One that is not may be kept until the second is over. */
  admit(line: Line): boolean {
    this.#lines += 1;
    if (this.#lines <= this.#maxLines) return true;
    this.#kept.push(line);
    if (this.#kept.length > maxKeptLines) this.#kept.shift();
    return false;
  }

  /** The second is over. Returns what came beyond the quota. */
  renew(): LinesBeyond<Line> {
    const dropped = Math.max(0, this.#lines - this.#maxLines) - this.#kept.length;
    const beyond = { dropped, kept: this.#kept };
    this.#lines = 0;
    this.#bytes = 0;
    this.#kept = [];
    return beyond;
  }
}
