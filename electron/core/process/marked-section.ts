/** Finds the section between two marks in a stream of bytes; the rest is noise. Buffers no more than necessary. */
export class MarkedSection {
  readonly #begin: Buffer;
  readonly #end: Buffer;
  readonly #maxBytes: number;
  #buffered: Buffer = Buffer.alloc(0);
  #begun = false;
  #content: Buffer | null = null;

  /** `begin` counts only if a line feed follows it; a section longer than `maxBytes` is never found. */
  constructor(begin: string, end: string, maxBytes: number) {
    this.#begin = Buffer.from(`${begin}\n`);
    this.#end = Buffer.from(end);
    this.#maxBytes = maxBytes;
  }

  /** The section once it is complete, null before. */
  push(chunk: Buffer): Buffer | null {
    if (this.#content !== null) return this.#content;
    this.#buffered = Buffer.concat([this.#buffered, chunk]);
    if (!this.#begun) this.#skipNoise();
    if (this.#begun) {
      const end = this.#buffered.indexOf(this.#end);
      if (end !== -1 && end <= this.#maxBytes) this.#content = this.#buffered.subarray(0, end);
      else this.#buffered = this.#buffered.subarray(0, this.#maxBytes + this.#end.length);
    }
    return this.#content;
  }

  #skipNoise(): void {
    const begin = this.#buffered.indexOf(this.#begin);
    this.#begun = begin !== -1;
    // Before the mark is found, its first part may be at the very end.
    const noise = this.#begun ? begin + this.#begin.length : this.#buffered.length - this.#begin.length + 1;
    this.#buffered = this.#buffered.subarray(Math.max(0, noise));
  }
}
