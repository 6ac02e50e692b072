/**
 * Whether a file can be read, without waiting for a volume that hangs. A look at such a volume never returns and keeps one of
 * Node's file threads, so at most `maxLooks` files are looked at at a time.
 */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sleep, type Clock } from '../clock.ts';

export const answerMs = 2_000;
const maxLooks = 2;

export interface ReadableTerms {
  readonly clock: Clock;
  /** Ends the wait; the result is then meaningless. */
  readonly signal: AbortSignal;
}

export class ReadableFiles {
  readonly #look: (file: string) => Promise<void>;
  /** By file. */
  readonly #looking = new Map<string, Promise<string | null>>();
  readonly #stuck = new Set<string>();

  constructor(look = (file: string): Promise<void> => access(file, constants.R_OK)) {
    this.#look = look;
  }

  /** null: it can be read, or nothing is known. Otherwise an error code of access(2); `ETIMEDOUT`: the volume hangs. Never rejects. */
  async refusalOf(file: string, { clock, signal }: ReadableTerms): Promise<string | null> {
    for (;;) {
      if (signal.aborted) return null;
      // A volume that hangs does so for all files of a folder.
      if ([...this.#stuck].some((stuck) => dirname(stuck) === dirname(file))) return 'ETIMEDOUT';
      if (this.#stuck.size >= maxLooks) return null;
      const isTurn = this.#looking.has(file) || this.#looking.size < maxLooks;
      const looking = isTurn ? (this.#looking.get(file) ?? this.#start(file)) : null;
      const over = new AbortController();
      void Promise.race(looking === null ? this.#looking.values() : [looking]).then(() => over.abort());
      const isLate = await sleep(clock, answerMs, signal, over.signal);
      if (looking !== null && isLate) this.#stuck.add(file);
      else if (looking !== null && over.signal.aborted) return looking;
    }
  }

  #start(file: string): Promise<string | null> {
    const looking = this.#look(file)
      .then(
        () => null,
        (error: unknown) => (error as NodeJS.ErrnoException).code ?? '',
      )
      .finally(() => {
        this.#looking.delete(file);
        this.#stuck.delete(file);
      });
    this.#looking.set(file, looking);
    return looking;
  }
}
