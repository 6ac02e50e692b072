const maxBodyBytes = 1024 * 1024;

/** Searches for a text in a body that arrives in chunks. Keeps at most the text's length of it. */
export class BodySearch {
  readonly #expected: string;
  readonly #decoder = new TextDecoder();
  #tail = '';
  #bytesRead = 0;

  constructor(expected: string) {
    this.#expected = expected;
  }

  /** `exhausted`: 1 MB was read without finding it. */
  read(bytes: Buffer): 'searching' | 'found' | 'exhausted' {
    const window = this.#tail + this.#decoder.decode(bytes, { stream: true });
    if (window.includes(this.#expected)) return 'found';
    this.#bytesRead += bytes.length;
    this.#tail = window.slice(Math.max(0, window.length - this.#expected.length + 1));
    return this.#bytesRead >= maxBodyBytes ? 'exhausted' : 'searching';
  }
}
