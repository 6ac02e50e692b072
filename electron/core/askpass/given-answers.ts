/**
 * The answers given to one ssh and its jump hosts, and which of them have worked. ssh does not report each result:
 * it asks again, continues with another method, or logs in. An answer whose result remains unclear does not count
 * as working. Pure. Invariants:
 *
 * 1. `refused`: the same ssh asked for the same thing again.
 * 2. `unproven`: after the last wrong passphrase, ssh continues silently. The target's ssh reports that it tries
 *    something else. A jump host's ssh reports nothing, so its third passphrase is unproven.
 * 3. If a server asks twice with the same text within one attempt, it means two different things, and neither is
 *    identified by that text.
 */
import type { PromptKind } from '../../../shared/prompt.ts';
import type { Answer } from '../prompts/answer-memory.ts';

export interface PromptInfo {
  /** Of the ssh that asks. */
  readonly pid: number;
  /** It is the ssh that logs in at the target, which reports what it tries. */
  readonly isTarget: boolean;
  /** The key under which an answer is kept in memory until LocalPort quits. */
  readonly key: string;
  /** Its name in the keychain; null: it must not be stored there. */
  readonly name: string | null;
  readonly kind: PromptKind;
}

export interface GivenAnswer extends PromptInfo {
  readonly answer: Answer;
  readonly from: 'user' | 'memory' | 'keychain';
}

type AnswerState = 'open' | 'proven' | 'unproven' | 'refused';

interface Entry {
  readonly given: GivenAnswer;
  state: AnswerState;
  /** Failed attempts that the server had counted when the answer was given. */
  readonly failuresBefore: number;
}

/** NumberOfPasswordPrompts of ssh_config(5), unless the user has set another value. */
const usualTries = 3;

export class GivenAnswers {
  readonly #entries: Entry[] = [];
  /** Keys of prompts whose text stands for several things. */
  readonly #ambiguous = new Set<string>();
  #failures = 0;

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Whether the same ssh was given an answer to this prompt. */
  has({ key, pid }: PromptInfo): boolean {
    return this.#entries.some(({ given }) => given.key === key && given.pid === pid);
  }

  /**
   * The answer that unlocked the key for another ssh along the route: since that ssh continued, the passphrase was
   * right.
   */
  fromAnotherSsh({ key, kind, pid }: PromptInfo): GivenAnswer | null {
    if (kind !== 'passphrase') return null;
    const entries = this.#entries.filter(({ given }) => given.key === key);
    if (entries.some(({ given }) => given.pid === pid)) return null;
    const entry = entries.findLast(({ state }) => state === 'open' || state === 'proven');
    return entry?.given ?? null;
  }

  /** ssh asks: returns the answers that are refused by that. */
  noteAsked(info: PromptInfo): readonly GivenAnswer[] {
    const refused: GivenAnswer[] = [];
    for (const entry of this.#entries) {
      const { given } = entry;
      // Two hosts with the same name along the route.
      const isOtherHost = given.key === info.key && given.pid !== info.pid && given.kind === 'password';
      if (isOtherHost) this.#ambiguous.add(info.key);
      if (entry.state !== 'open' || given.pid !== info.pid || !isSameThing(given, info)) continue;
      entry.state = 'refused';
      refused.push(given);
      const isOfOneTry = info.kind === 'password' && entry.failuresBefore === this.#failures;
      if (info.isTarget && isOfOneTry) this.#ambiguous.add(info.key);
    }
    return refused;
  }

  add(given: GivenAnswer): void {
    this.#entries.push({ given, state: 'open', failuresBefore: this.#failures });
  }

  /** Takes a line of ssh's stderr. */
  note(line: string): void {
    if (line.startsWith('debug1: Authentications that can continue: ')) this.#failures += 1;
    if (/^Authenticated (?:to|using) .*"publickey"/.test(line))
      this.#settle('proven', ({ kind }) => kind === 'passphrase');
    else if (/^Authenticated using .* with partial success\.$/.test(line)) this.#settle('proven', () => true);
    else if (/^debug1: (?:Next authentication method|Offering public key|Trying private key): /.test(line))
      this.#settle('unproven', ({ kind, isTarget }) => kind === 'passphrase' && isTarget);
  }

  /** After ssh has logged in: the answers that helped. */
  worked(): readonly GivenAnswer[] {
    return this.#entries
      .filter(({ state, given }) => state === 'proven' || (state === 'open' && this.#isSure(given)))
      .map(({ given }) => given)
      .filter(({ key }) => !this.#ambiguous.has(key));
  }

  /** After the login was refused: the answers that may be the reason. */
  suspects(): readonly GivenAnswer[] {
    return this.#entries.filter(({ state }) => state !== 'proven').map(({ given }) => given);
  }

  /** After the login failed for another reason: the answers that may still be right. */
  untried(): readonly GivenAnswer[] {
    return this.#entries
      .filter(({ state }) => state === 'open' || state === 'proven')
      .map(({ given }) => given)
      .filter(({ key }) => !this.#ambiguous.has(key));
  }

  #isSure({ kind, isTarget, key }: GivenAnswer): boolean {
    const tries = this.#entries.filter(({ given }) => given.key === key).length;
    return kind !== 'passphrase' || isTarget || tries < usualTries;
  }

  #settle(state: AnswerState, matches: (given: GivenAnswer) => boolean): void {
    for (const entry of this.#entries)
      if (entry.state === 'open' && matches(entry.given)) entry.state = state;
  }
}

const isSameThing = (given: PromptInfo, info: PromptInfo): boolean =>
  given.key === info.key || (given.name !== null && given.name === info.name);
