/**
 * A state file with the names of the answers in the keychain, never an answer. So the keychain, which may ask the user to unlock
 * it, is only read for answers that exist. The command removes names too, so the file is read each time.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../files/atomic-file.ts';
import { NewerStateError, upToDate, type Upgrade } from '../files/state-version.ts';
import { errorMessage } from '../lifecycle/error-text.ts';
import type { Logger } from '../observability/logger.ts';

const fileName = 'remembered-answers.json';
const maxFileBytes = 256 * 1024;
/** Beyond this limit the oldest are no longer looked up. */
const maxNames = 200;

/** The first version that was ever released is 1. */
const upgrades: readonly Upgrade[] = [(content) => content];

const fileSchema = z.object({
  version: z.literal(1),
  names: z.array(z.string().min(1).max(500)).max(maxNames),
});

export class RememberedNames {
  readonly #path: string;
  readonly #log: Logger;
  #isComplained = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(stateDirectory: string, log: Logger) {
    this.#path = path.join(stateDirectory, fileName);
    this.#log = log;
  }

  /** The newest last. Empty if the file is damaged or written by a newer LocalPort. */
  all(): readonly string[] {
    try {
      return this.#read();
    } catch (error) {
      if (!this.#isComplained)
        this.#log.warn(`the remembered answers in ${this.#path} are not used: ${errorMessage(error)}`);
      this.#isComplained = true;
      return [];
    }
  }

  has(name: string): boolean {
    return this.all().includes(name);
  }

  /** Resolves when it is on disk, or could not be written, which is logged. Never rejects. */
  add(name: string): Promise<void> {
    return this.#change((names) => [...names.filter((other) => other !== name), name].slice(-maxNames));
  }

  /** As `add`. */
  remove(name: string): Promise<void> {
    return this.#change((names) => names.filter((other) => other !== name));
  }

  #change(change: (names: readonly string[]) => readonly string[]): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(change));
    return this.#writing;
  }

  /** Throws if the file is invalid; a missing file is an empty one. */
  #read(): readonly string[] {
    const stats = statSync(this.#path, { throwIfNoEntry: false });
    if (stats === undefined) return [];
    if (!stats.isFile() || stats.size > maxFileBytes) throw new Error('it is not a file of LocalPort');
    return fileSchema.parse(upToDate(JSON.parse(readFileSync(this.#path, 'utf8')), upgrades)).names;
  }

  async #write(change: (names: readonly string[]) => readonly string[]): Promise<void> {
    try {
      const names = [...change(this.#namesToChange())];
      const content: z.infer<typeof fileSchema> = { version: 1, names };
      const text = `${JSON.stringify(content, null, 2)}\n`;
      await writeFileAtomically(this.#path, text, { mode: 0o600, sync: true });
    } catch (error) {
      this.#log.error(`the remembered answers could not be noted in ${this.#path}: ${errorMessage(error)}`);
    }
  }

  /** A damaged file is replaced; a file of a newer LocalPort is not. */
  #namesToChange(): readonly string[] {
    try {
      return this.#read();
    } catch (error) {
      if (error instanceof NewerStateError) throw error;
      return [];
    }
  }
}
