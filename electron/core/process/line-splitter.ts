import { StringDecoder } from 'node:string_decoder';

/** In UTF-16 units. The rest of a longer line is dropped: nothing that a tunnel says in so long a line is worth the memory. */
export const maxLineLength = 8 * 1024;

/** Cuts a stream of bytes into lines. Holds at most one line of `maxLineLength`, whatever the child prints. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #line = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
  }

  /** Delivers what came after the last line end. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#line !== '') this.#deliver();
  }

  #take(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#append(text.slice(start, end));
      this.#deliver();
      start = end + 1;
    }
    this.#append(text.slice(start));
  }

  #append(text: string): void {
    const room = maxLineLength - this.#line.length;
    if (room > 0) this.#line += text.slice(0, room);
  }

  #deliver(): void {
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line;
    this.#line = '';
    this.#onLine(line);
  }
}
