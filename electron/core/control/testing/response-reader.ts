/** Parses HTTP/1.1 answers from the bytes of a connection, including an incomplete one. */
export interface RawResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** The JSON of its lines. */
  lines: unknown[];
  isComplete: boolean;
}

export class ResponseReader {
  readonly responses: RawResponse[] = [];
  #buffered: Buffer = Buffer.alloc(0);
  #text = '';
  /** Remaining bytes of the body, or of its current chunk; null: a chunk size comes next. */
  #bodyBytes: number | null = 0;

  push(chunk: Buffer): void {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    while (this.#step());
  }

  get #current(): RawResponse | undefined {
    const last = this.responses.at(-1);
    return last?.isComplete === false ? last : undefined;
  }

  /** False: more bytes are needed. */
  #step(): boolean {
    const response = this.#current;
    if (response === undefined) return this.#head();
    if (response.headers['transfer-encoding'] === 'chunked') return this.#chunk(response);
    return this.#fixed(response);
  }

  #head(): boolean {
    const end = this.#buffered.indexOf('\r\n\r\n');
    if (end === -1) return false;
    const [statusLine = '', ...lines] = this.#take(end + 4)
      .toString()
      .trimEnd()
      .split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
    if (status === 100) return true;
    const headers = Object.fromEntries(
      lines.map((line) => {
        const [name = '', value = ''] = line.split(/: (.*)/s);
        return [name.toLowerCase(), value] as const;
      }),
    );
    this.#bodyBytes =
      headers['transfer-encoding'] === 'chunked' ? null : Number(headers['content-length'] ?? 0);
    this.responses.push({ status, headers, lines: [], isComplete: false });
    return true;
  }

  #fixed(response: RawResponse): boolean {
    const bytes = this.#bodyBytes ?? 0;
    if (this.#buffered.length < bytes) return false;
    this.#body(response, this.#take(bytes));
    response.isComplete = true;
    return true;
  }

  #chunk(response: RawResponse): boolean {
    if (this.#bodyBytes === null) {
      const end = this.#buffered.indexOf('\r\n');
      if (end === -1) return false;
      this.#bodyBytes = parseInt(this.#take(end + 2).toString(), 16);
      return true;
    }
    const bytes = this.#bodyBytes;
    if (this.#buffered.length < bytes + 2) return false;
    this.#body(response, this.#take(bytes + 2).subarray(0, bytes));
    this.#bodyBytes = null;
    if (bytes === 0) response.isComplete = true;
    return true;
  }

  #body(response: RawResponse, bytes: Buffer): void {
    const [last = '', ...whole] = (this.#text + bytes.toString()).split('\n').reverse();
    this.#text = last;
    for (const line of whole.reverse()) response.lines.push(JSON.parse(line));
  }

  #take(bytes: number): Buffer {
    const taken = this.#buffered.subarray(0, bytes);
    this.#buffered = this.#buffered.subarray(bytes);
    return taken;
  }
}
