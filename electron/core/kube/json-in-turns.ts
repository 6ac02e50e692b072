/**
 * Parses JSON from a server that is not trusted. `JSON.parse` takes ten seconds for 32 MB of empty lists, and meanwhile no
 * forward carries a byte. Invariants:
 *
 * 1. The elements of a list in the top mapping, such as `items`, are parsed one by one, with turns for other work in between.
 * 2. What is parsed at once has at most `maxParsedBytes` bytes, `maxMarks` opening brackets, colons and commas outside strings, and
 *    `maxElements` elements.
 */
import { nextTurn } from '../clock.ts';

/** An endpoint slice with its 1,000 endpoints has 30,000. */
const maxMarks = 50_000;
const maxElements = 20_000;
/** An object in etcd is at most 1.5 MiB; as JSON it may be longer. */
export const maxParsedBytes = 4 * 1024 * 1024;
/** Work between two turns: each mark costs as much as some bytes. */
const bytesPerTurn = 256 * 1024;
const bytesPerMark = 32;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openings = { list: 0x5b, mapping: 0x7b } as const;
const closings = { list: 0x5d, mapping: 0x7d } as const;

const isMark = (code: number): boolean =>
  code === comma || code === colon || code === openings.list || code === openings.mapping;

export class ComplexJsonError extends Error {
  constructor() {
    super('the answer is too complex to be read');
  }
}

/** Rejects with a SyntaxError or a ComplexJsonError. */
export async function parseInTurns(bytes: Buffer): Promise<unknown> {
  const splitter = new ListSplitter(bytes);
  while (splitter.advance()) await nextTurn();
  return splitter.result();
}

/** null: it is not JSON, or too complex. Never rejects. */
export const readInTurns = (text: string): Promise<unknown> =>
  parseInTurns(Buffer.from(text)).catch(() => null);

/** For what is never a list. Throws what `parseInTurns` rejects with. */
export function parseAtOnce(text: string): unknown {
  if (text.length > maxParsedBytes) throw new ComplexJsonError();
  let marks = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) isInString = !isInString;
    else if (isInString) at += code === backslash ? 1 : 0;
    else if (isMark(code) && ++marks > maxMarks) throw new ComplexJsonError();
  }
  return JSON.parse(text);
}

class ListSplitter {
  readonly #bytes: Buffer;
  /** The text around the elements, with its index in place of each. */
  readonly #frame: string[] = [];
  readonly #elements: unknown[] = [];
  #at = 0;
  #depth = 0;
  #isInString = false;
  #isInMapping = false;
  /** In a list of the top mapping. */
  #isInList = false;
  /** Of the frame or the element that is being scanned. */
  #start = 0;
  #frameMarks = 0;
  #marks = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Works for one turn. Returns whether there is more to do. */
  advance(): boolean {
    let work = bytesPerTurn;
    for (; this.#at < this.#bytes.length; this.#at += 1) {
      if (work <= 0) return true;
      work -= 1;
      const byte = this.#bytes[this.#at];
      if (this.#isInString) {
        if (byte === backslash) this.#at += 1;
        else if (byte === quote) this.#isInString = false;
      } else if (byte === quote) this.#isInString = true;
      else if (byte !== undefined && this.#mark(byte)) work -= bytesPerMark;
    }
    return false;
  }

  result(): unknown {
    this.#frame.push(this.#text(this.#bytes.length));
    const root: unknown = JSON.parse(this.#frame.join(''));
    if (this.#elements.length === 0) return root;
    for (const list of Object.values(root as object) as unknown[])
      if (Array.isArray(list))
        for (const [index, element] of list.entries()) list[index] = this.#elements[element as number];
    return root;
  }

  #mark(byte: number): boolean {
    switch (byte) {
      case openings.list:
      case openings.mapping:
        this.#count();
        this.#depth += 1;
        if (this.#depth === 1) this.#isInMapping = byte === openings.mapping;
        else if (this.#depth === 2 && this.#isInMapping && byte === openings.list) this.#openList();
        return true;
      case closings.list:
      case closings.mapping:
        if (this.#depth === 2 && this.#isInList) this.#closeList();
        this.#depth -= 1;
        return false;
      case comma:
        if (this.#depth === 2 && this.#isInList) this.#cutElement();
        else this.#count();
        return true;
      case colon:
        this.#count();
        return true;
      default:
        return false;
    }
  }

  #count(): void {
    if (this.#isInList) this.#marks += 1;
    else this.#frameMarks += 1;
    if (this.#marks > maxMarks || this.#frameMarks > maxMarks) throw new ComplexJsonError();
  }

  #openList(): void {
    this.#frame.push(this.#text(this.#at + 1));
    this.#start = this.#at + 1;
    this.#isInList = true;
    this.#marks = 0;
  }

  #closeList(): void {
    const isEmpty = this.#frame.at(-1)?.endsWith('[') === true && this.#text(this.#at).trim() === '';
    if (!isEmpty) this.#cutElement();
    this.#start = this.#at;
    this.#isInList = false;
  }

  #cutElement(): void {
    if (this.#elements.length >= maxElements) throw new ComplexJsonError();
    if (this.#frame.at(-1)?.endsWith('[') !== true) this.#frame.push(',');
    this.#frame.push(String(this.#elements.length));
    this.#elements.push(JSON.parse(this.#text(this.#at)));
    this.#start = this.#at + 1;
    this.#marks = 0;
  }

  #text(end: number): string {
    if (end - this.#start > maxParsedBytes) throw new ComplexJsonError();
    return this.#bytes.toString('utf8', this.#start, end);
  }
}
