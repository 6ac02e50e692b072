/**
 * A log on disk with its older part, read in pieces: a thousand services may have two megabytes each, and reading
 * must not delay the forwards.
 *
 * Reading yields the content at the time of opening, even if the log is rotated in the meantime. So a caller that opens a
 * log and follows it in the same turn misses no line and gets none twice.
 */
import { close, closeSync, fstatSync, openSync, read } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { promisify } from 'node:util';
import { logLineMatcher, type LogLineQuery } from './log-query.ts';

const readAt = promisify(read);
const pieceBytes = 64 * 1024;
/** Our lines are shorter. A longer one is read as several. */
const maxLineCharacters = 256 * 1024;
const maxLinesInBatch = 500;

interface Part {
  readonly descriptor: number;
  readonly bytes: number;
}

export class OpenLog {
  readonly #parts: readonly Part[];
  #isClosed = false;

  private constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  /** Null if there is no such log. */
  static open(path: string): OpenLog | null {
    const parts = [path.replace(/\.log$/, '.old.log'), path].map(openPart).filter((part) => part !== null);
    return parts.length === 0 ? null : new OpenLog(parts);
  }

  /** The matching lines, oldest first, in batches. Call it once; rejects with the system's error. */
  async *lines(query: LogLineQuery): AsyncGenerator<readonly string[]> {
    const matches = logLineMatcher(query);
    let last: string[] = [];
    for await (const piece of this.#pieces()) {
      const found = piece.filter((line) => line !== '' && matches(line));
      if (query.tailLines === null) yield* batches(found);
      else last = lastOf([...last, ...found], query.tailLines);
    }
    yield* batches(last);
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { descriptor } of this.#parts) close(descriptor, () => undefined);
  }

  async *#pieces(): AsyncGenerator<readonly string[]> {
    const buffer = Buffer.alloc(pieceBytes);
    for (const { descriptor, bytes } of this.#parts) {
      const decoder = new StringDecoder('utf8');
      let rest = '';
      for (let position = 0; position < bytes && !this.#isClosed;) {
        const wanted = Math.min(pieceBytes, bytes - position);
        const { bytesRead } = await readAt(descriptor, buffer, 0, wanted, position);
        if (bytesRead === 0) break;
        position += bytesRead;
        const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split('\n');
        rest = lines.pop() ?? '';
        if (rest.length > maxLineCharacters) {
          lines.push(rest);
          rest = '';
        }
        yield lines;
      }
      yield [rest];
    }
  }
}

function openPart(path: string): Part | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    return { descriptor, bytes: fstatSync(descriptor).size };
  } catch {
    closeSync(descriptor);
    return null;
  }
}

const lastOf = (lines: string[], count: number): string[] => (count === 0 ? [] : lines.slice(-count));

function* batches(lines: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < lines.length; from += maxLinesInBatch)
    yield lines.slice(from, from + maxLinesInBatch);
}
