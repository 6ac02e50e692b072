import { StringDecoder } from 'node:string_decoder';

/** In UTF-16 units. The rest of a longer line is dropped: no output of a tunnel in so long a line is worth the memory. */
export const maxLineLength = 8 * 1024;

/**
 * Cuts a stream of bytes into lines, which the caller takes one by one, at its own pace. Holds the pushed bytes and one
 * line of `maxLineLength`. Empty lines are left out: they are useless, and a child may print millions of them.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #text = '';
  #position = 0;
  #line = '';
  #ended = false;

  push(chunk: Buffer): void {
    this.#text = this.#text.slice(this.#position) + this.#decoder.write(chunk);
    this.#position = 0;
  }

  /** The text after the last line end is a line as well. */
  end(): void {
    this.#text += this.#decoder.end();
    this.#ended = true;
  }

  /** The next line without its line end; null when there is none yet. */
  next(): string | null {
    for (;;) {
      const end = this.#text.indexOf('\n', this.#position);
      if (end === -1) break;
      this.#append(this.#text.slice(this.#position, end));
      this.#position = end + 1;
      const line = this.#take();
      if (line !== '') return line;
    }
    this.#append(this.#text.slice(this.#position));
    this.#text = '';
    this.#position = 0;
    const rest = this.#ended ? this.#take() : '';
    return rest === '' ? null : rest;
  }

  #append(text: string): void {
    const room = maxLineLength - this.#line.length;
    if (room > 0) this.#line += text.slice(0, room);
  }

  #take(): string {
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line;
    this.#line = '';
    return line;
  }
}
