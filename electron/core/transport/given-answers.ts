/**
 * What one ssh and its jump hosts were answered, and which answers have worked. ssh does not say so of each: it asks again, goes on
 * with another method, or logs in. Where that leaves it open, the answer has not worked. Pure. Invariants:
 *
 * 1. `refused`: the same ssh asked for the same thing again.
 * 2. `unproven`: after the last wrong passphrase ssh goes on without a word. The target's ssh tells that it tries something else; of
 *    a jump host's, which tells nothing, the third passphrase is unproven.
 * 3. What a server asks twice in the same words within one try are two things, and neither is known by those words.
 */
import type { PromptKind } from '../../../shared/prompt.ts';
import type { Answer } from '../prompts/answer-memory.ts';

export interface Asking {
  /** Of the ssh that asks. */
  readonly pid: number;
  /** It is the one that logs in at the target: it tells what it tries. */
  readonly isTarget: boolean;
  /** What an answer is remembered under until LocalPort quits. */
  readonly key: string;
  /** What it is called in the keychain; null: it may not be kept there. */
  readonly name: string | null;
  readonly kind: PromptKind;
}

export interface Given extends Asking {
  readonly answer: Answer;
  readonly from: 'user' | 'memory' | 'keychain';
}

type Standing = 'open' | 'proven' | 'unproven' | 'refused';

interface Entry {
  readonly given: Given;
  standing: Standing;
  /** Tries of the server's that have failed, when it was given. */
  readonly failuresBefore: number;
}

/** NumberOfPasswordPrompts of ssh_config(5), unless the user's says otherwise. */
const usualTries = 3;

export class GivenAnswers {
  readonly #entries: Entry[] = [];
  /** Keys of questions whose words stand for several things. */
  readonly #ambiguous = new Set<string>();
  #failures = 0;

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** The same ssh was given an answer to this. */
  has({ key, pid }: Asking): boolean {
    return this.#entries.some(({ given }) => given.key === key && given.pid === pid);
  }

  /** What opened the key for another ssh on the way: that it went on shows that the passphrase was right. */
  ofAnotherSsh({ key, kind, pid }: Asking): Given | null {
    if (kind !== 'passphrase') return null;
    const entries = this.#entries.filter(({ given }) => given.key === key);
    if (entries.some(({ given }) => given.pid === pid)) return null;
    const entry = entries.findLast(({ standing }) => standing === 'open' || standing === 'proven');
    return entry?.given ?? null;
  }

  /** ssh asks: the answers that are refused by that. */
  asked(asking: Asking): readonly Given[] {
    const refused: Given[] = [];
    for (const entry of this.#entries) {
      const { given } = entry;
      // Two hosts of one name on the way.
      const isTwofold = given.key === asking.key && given.pid !== asking.pid && given.kind === 'password';
      if (isTwofold) this.#ambiguous.add(asking.key);
      if (entry.standing !== 'open' || given.pid !== asking.pid || !isSameThing(given, asking)) continue;
      entry.standing = 'refused';
      refused.push(given);
      const isOfOneTry = asking.kind === 'password' && entry.failuresBefore === this.#failures;
      if (asking.isTarget && isOfOneTry) this.#ambiguous.add(asking.key);
    }
    return refused;
  }

  add(given: Given): void {
    this.#entries.push({ given, standing: 'open', failuresBefore: this.#failures });
  }

  /** A line of ssh's stderr. */
  note(line: string): void {
    if (line.startsWith('debug1: Authentications that can continue: ')) this.#failures += 1;
    if (/^Authenticated (?:to|using) .*"publickey"/.test(line))
      this.#settle('proven', ({ kind }) => kind === 'passphrase');
    else if (/^Authenticated using .* with partial success\.$/.test(line)) this.#settle('proven', () => true);
    else if (/^debug1: (?:Next authentication method|Offering public key|Trying private key): /.test(line))
      this.#settle('unproven', ({ kind, isTarget }) => kind === 'passphrase' && isTarget);
  }

  /** Where ssh has logged in: those that have helped. */
  worked(): readonly Given[] {
    return this.#entries
      .filter(({ standing, given }) => standing === 'proven' || (standing === 'open' && this.#isSure(given)))
      .map(({ given }) => given)
      .filter(({ key }) => !this.#ambiguous.has(key));
  }

  /** Where the login was refused: those that may be the reason. */
  suspects(): readonly Given[] {
    return this.#entries.filter(({ standing }) => standing !== 'proven').map(({ given }) => given);
  }

  /** Where the login has come to nothing for another reason: those that nothing speaks against. */
  untried(): readonly Given[] {
    return this.#entries
      .filter(({ standing }) => standing === 'open' || standing === 'proven')
      .map(({ given }) => given)
      .filter(({ key }) => !this.#ambiguous.has(key));
  }

  #isSure({ kind, isTarget, key }: Given): boolean {
    const tries = this.#entries.filter(({ given }) => given.key === key).length;
    return kind !== 'passphrase' || isTarget || tries < usualTries;
  }

  #settle(standing: Standing, isMeant: (given: Given) => boolean): void {
    for (const entry of this.#entries)
      if (entry.standing === 'open' && isMeant(entry.given)) entry.standing = standing;
  }
}

const isSameThing = (given: Asking, asking: Asking): boolean =>
  given.key === asking.key || (given.name !== null && given.name === asking.name);
