/**
 * Answers of the user in the keychain: passwords and passphrases that have worked, named by what they unlock. Invariants:
 *
 * 1. The keychain is read only for an answer that LocalPort has put there, once for all concurrent callers.
 * 2. A keychain that could not be read (it is locked, say) is not read again before `allow`: it may ask the user to unlock it.
 * 3. An answer is stored intact or not at all: one that is read back differently is removed.
 */
import { type Clock, withDeadline } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { AnswerKeychain } from '../prompts/answer-keychain.ts';
import type { RememberedNames } from './remembered-names.ts';
import { readSecret, type ReaderParts } from './secret-reader.ts';
import { removeSecret, storeSecret } from './secret-writer.ts';

export interface RememberedAnswersParts {
  readonly tools: ReaderParts;
  readonly names: RememberedNames;
  readonly clock: Clock;
  readonly log: Logger;
  /** Abbreviated as `~` in names. */
  readonly homeDirectory: string;
  /** Called before the caller gets the answer: it must never be shown. */
  readonly onFound: (answer: string) => void;
  /** Why an answer could not be stored; null: it was stored. */
  readonly onStored: (failure: string | null) => void;
}

/** No answer is ever stored under this name: that it is reported as missing shows that the keychain works. */
const absentName = 'localport-is-there-a-keychain';
const availableWithinMs = 2_000;

export class RememberedAnswers implements AnswerKeychain {
  readonly #parts: RememberedAnswersParts;
  readonly #reading = new Map<string, Promise<string | null>>();
  #isAvailable = false;
  #isBarred = false;
  /** The last of the pending changes, which run one after another. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: RememberedAnswersParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#isBarred || this.#parts.names.all().length === 0;
  }

  /** The user has just started something that may need an answer. */
  allow(): void {
    this.#isBarred = false;
  }

  has(name: string): boolean {
    return !this.#isBarred && this.#parts.names.has(this.#named(name));
  }

  async isAvailable(): Promise<boolean> {
    if (this.#isAvailable) return true;
    const found = await withDeadline(
      this.#parts.clock,
      availableWithinMs,
      readSecret({ kind: 'keychain', name: absentName }, this.#parts.tools),
    );
    this.#isAvailable = found !== 'deadline' && !found.ok && found.error.code === 'secret-missing';
    return this.#isAvailable;
  }

  recall(name: string): Promise<string | null> {
    const reading = this.#reading.get(name) ?? this.#read(this.#named(name));
    this.#reading.set(name, reading);
    void reading.then(() => this.#reading.delete(name));
    return reading;
  }

  keep(name: string, answer: string): Promise<void> {
    return this.#next(() => this.#store(this.#named(name), answer));
  }

  forget(name: string): Promise<void> {
    return this.#next(() => this.#remove(this.#named(name)));
  }

  async #read(name: string): Promise<string | null> {
    const { tools, names, log, onFound } = this.#parts;
    const found = await readSecret({ kind: 'keychain', name }, tools);
    if (found.ok) {
      onFound(found.value);
      return found.value;
    }
    if (found.error.code === 'secret-missing') {
      await names.remove(name);
      return null;
    }
    this.#isBarred = true;
    log.warn(`the ${name} was not read from the keychain: ${found.error.evidence ?? found.error.title}`);
    return null;
  }

  async #store(name: string, answer: string): Promise<void> {
    const { tools, names, log, onStored } = this.#parts;
    const stored = await storeSecret(name, answer, tools);
    if (stored.ok) {
      await names.add(name);
      log.info(`the ${name} is in the keychain`);
      onStored(null);
      return;
    }
    this.#isAvailable = false;
    log.warn(`the ${name} was not stored in the keychain: ${stored.error.reason}`);
    await names.remove(name);
    await removeSecret(name, tools);
    onStored(stored.error.reason);
  }

  async #remove(name: string): Promise<void> {
    const { tools, names, log } = this.#parts;
    if (!names.has(name)) return;
    // First, so that the answer is not offered again even if the keychain keeps it.
    await names.remove(name);
    const removed = await removeSecret(name, tools);
    if (removed.ok) log.info(`the ${name} was removed from the keychain`);
    else log.warn(`the ${name} was not removed from the keychain: ${removed.error.reason}`);
  }

  #next(change: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(change);
    return this.#turn;
  }

  #named(name: string): string {
    return name.replace(` ${this.#parts.homeDirectory}/`, ' ~/');
  }
}
