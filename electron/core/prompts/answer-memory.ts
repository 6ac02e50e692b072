/** Passwords and passphrases that worked, so that a reconnection need not ask again. In memory only. */

const maxRemembered = 100;

export class AnswerMemory {
  readonly #answers = new Map<string, string>();

  get isEmpty(): boolean {
    return this.#answers.size === 0;
  }

  recall(key: string): string | null {
    return this.#answers.get(key) ?? null;
  }

  keep(key: string, answer: string): void {
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > maxRemembered && oldest !== undefined) this.#answers.delete(oldest);
  }

  forget(key: string): void {
    this.#answers.delete(key);
  }
}
