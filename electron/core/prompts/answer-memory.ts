/** Passwords and passphrases that worked, so that a reconnection need not ask again. In memory only. */

const maxRemembered = 100;

export interface Answer {
  readonly text: string;
  /** The user wants it kept in the keychain once it has worked. */
  readonly remember: boolean;
}

interface Kept {
  readonly answer: Answer;
  readonly once: boolean;
}

export class AnswerMemory {
  readonly #answers = new Map<string, Kept>();
  readonly #replaced = new Set<string>();

  get isEmpty(): boolean {
    return this.#answers.size === 0;
  }

  recall(key: string): Answer | null {
    const kept = this.#answers.get(key);
    if (kept?.once === true) this.#answers.delete(key);
    return kept?.answer ?? null;
  }

  /** `once`: it came too late for its login, so it may be wrong. */
  keep(key: string, answer: Answer, { once = false }: { readonly once?: boolean } = {}): void {
    this.#answers.delete(key);
    this.#answers.set(key, { answer, once });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > maxRemembered && oldest !== undefined) this.#answers.delete(oldest);
  }

  forget(key: string): void {
    this.#answers.delete(key);
  }

  /** Makes LocalPort ask the user for the password of this login, even if the config has one. */
  replaceStored(login: string): void {
    this.#replaced.delete(login);
    this.#replaced.add(login);
    const [oldest] = this.#replaced;
    if (this.#replaced.size > maxRemembered && oldest !== undefined) this.#replaced.delete(oldest);
  }

  /** The user gave no password: the config's is used again. */
  restoreStored(login: string): void {
    this.#replaced.delete(login);
  }

  isStoredReplaced(login: string): boolean {
    return this.#replaced.has(login);
  }
}
