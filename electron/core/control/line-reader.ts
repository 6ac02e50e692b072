/** Reads UTF-8 lines from chunks, each line at most `maxBytes` long. */
export class LineReader {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  #buffered: Buffer[] = [];
  #bufferedBytes = 0;

  constructor(maxBytes: number, onLine: (line: string) => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
  }

  /** Whether the input so far ends with a complete line. */
  get isAtEnd(): boolean {
    return this.#bufferedBytes === 0;
  }

  /** False if a line is too long: the rest of the stream is then unusable. */
  push(chunk: Buffer): boolean {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      if (!this.#buffer(chunk.subarray(from, at))) return false;
      const line = Buffer.concat(this.#buffered).toString();
      this.#buffered = [];
      this.#bufferedBytes = 0;
      this.#onLine(line);
      from = at + 1;
    }
    return this.#buffer(chunk.subarray(from));
  }

  #buffer(piece: Buffer): boolean {
    this.#bufferedBytes += piece.length;
    if (piece.length > 0) this.#buffered.push(piece);
    return this.#bufferedBytes <= this.#maxBytes;
  }
}
