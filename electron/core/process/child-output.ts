/**
 * The lines of one child, at a pace that does not block the event loop whatever the child prints.
 *
 * 1. One chunk of a stream (at most 64 KiB) is read at a time; no more is read until all of its lines have been delivered.
 * 2. At most `maxLinesPerTurn` lines are delivered in one turn of the event loop.
 * 3. Beyond the line quota of a second, all but the last lines are dropped and counted; beyond the byte quota the child has to wait.
 */
import type { Readable } from 'node:stream';
import type { Clock, Timer } from '../clock.ts';
import { LineQuota, maxLinesPerSecond } from './line-quota.ts';
import { LineSplitter } from './line-splitter.ts';

export type OutputStream = 'stdout' | 'stderr';

export interface ChildOutputOptions {
  readonly clock: Clock;
  /** For output that is useless without all of its lines; the caller bounds it. */
  readonly keepsEveryLine: boolean;
  readonly onLine: (stream: OutputStream, line: string) => void;
}

const maxLinesPerTurn = 200;
const quotaIntervalMs = 1_000;

interface Source {
  readonly name: OutputStream;
  readonly stream: Readable;
  readonly splitter: LineSplitter;
  /** For the next second. */
  isWaiting: boolean;
}

interface Line {
  readonly stream: OutputStream;
  readonly text: string;
}

export class ChildOutput {
  readonly #options: ChildOutputOptions;
  readonly #sources: readonly Source[];
  readonly #quota: LineQuota<Line>;
  #second: Timer | null = null;
  #isPaced = true;
  #isFinished = false;

  constructor(streams: Readonly<Record<OutputStream, Readable>>, options: ChildOutputOptions) {
    this.#options = options;
    this.#quota = new LineQuota(options.keepsEveryLine ? Infinity : maxLinesPerSecond);
    this.#sources = (['stdout', 'stderr'] as const).map((name) => this.#read(name, streams[name]));
  }

  /** The child has exited: the rest in its pipes is read without a pause. */
  release(): void {
    this.#isPaced = false;
    this.#resume();
  }

  /** Delivers everything that was read and not delivered yet, including unfinished lines. Nothing is delivered after that. */
  finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    for (const source of this.#sources) {
      source.stream.destroy();
      source.splitter.end();
      this.#deliver(source, Infinity);
    }
    this.#second?.cancel();
    this.#renewQuota();
  }

  #read(name: OutputStream, stream: Readable): Source {
    const source: Source = { name, stream, splitter: new LineSplitter(), isWaiting: false };
    stream.on('data', (chunk: Buffer) => {
      stream.pause();
      this.#second ??= this.#options.clock.after(quotaIntervalMs, () => {
        this.#onSecondOver();
      });
      this.#quota.countBytes(chunk.length);
      source.splitter.push(chunk);
      this.#drain(source);
    });
    // A read error counts as the end of the stream.
    stream.on('error', () => undefined);
    return source;
  }

  #drain(source: Source): void {
    if (this.#isFinished) return;
    if (!this.#deliver(source, maxLinesPerTurn)) setImmediate(() => this.#drain(source));
    else if (this.#isPaced && this.#quota.isSpent) source.isWaiting = true;
    else setImmediate(() => source.stream.resume());
  }

  /** False when there is more than `maxLines`. */
  #deliver({ name, splitter }: Source, maxLines: number): boolean {
    for (let delivered = 0; delivered < maxLines;) {
      const text = splitter.next();
      if (text === null) return true;
      if (!this.#quota.admit({ stream: name, text })) continue;
      this.#options.onLine(name, text);
      delivered += 1;
    }
    return false;
  }

  #onSecondOver(): void {
    this.#second = null;
    this.#renewQuota();
    this.#resume();
  }

  #renewQuota(): void {
    const { dropped, kept } = this.#quota.renew();
    const [first] = kept;
    if (dropped > 0 && first !== undefined)
      this.#options.onLine(first.stream, `${dropped.toLocaleString('en-US')} lines dropped`);
    for (const { stream, text } of kept) this.#options.onLine(stream, text);
  }

  #resume(): void {
    for (const source of this.#sources) {
      if (!source.isWaiting) continue;
      source.isWaiting = false;
      source.stream.resume();
    }
  }
}
