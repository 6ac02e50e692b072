/**
 * Where questions that only the user can answer wait: a passphrase, a second factor, the touch of a security key.
 * Invariants:
 *
 * 1. A question ends once: with an answer, dismissed, given up after five minutes, or when its program ends.
 * 2. Programs that ask for the same password or passphrase share one question.
 * 3. `isAttended` is false while there is no user to answer; nothing is asked then. A `sign-in` needs no answer here.
 */
import { randomUUID } from 'node:crypto';
import { isNotice, isReusable, type Prompt, type PromptKind, type Remember } from '../../../shared/prompt.ts';
import type { Clock, Timer } from '../clock.ts';
import type { AnswerKeychain } from './answer-keychain.ts';
import { type Answer, AnswerMemory } from './answer-memory.ts';

/** Longer than any server waits for a login (LoginGraceTime, 120 s by default), and enough to find a phone. */
const patienceMs = 300_000;

/** Shorter answers that may not be reused are choices, such as the "1" of a menu, and would be redacted in many lines. */
const minCodeLength = 6;

/** What the user has answered. */
export interface UserAnswer extends Answer {
  /** From the question to the answer. */
  readonly tookMs: number;
}

export interface Question {
  /** Services that wait for the answer; evaluated for each snapshot. */
  readonly services: () => readonly string[];
  readonly asker: string;
  /** Programs with the same key share one answer, such as the password of one login. null: the answer is for one program only. */
  readonly sameAs: string | null;
  readonly words: string;
  readonly kind: PromptKind;
  readonly isRepeated: boolean;
  readonly remember?: Remember | undefined;
  readonly wasRemembered?: boolean;
}

interface OpenPrompt {
  readonly prompt: Omit<Prompt, 'services'>;
  readonly sameAs: string | null;
  /** Monotonic. */
  readonly openedAt: number;
  readonly waiting: Map<
    symbol,
    { readonly services: () => readonly string[]; readonly settle: (answer: UserAnswer | null) => void }
  >;
  readonly timer: Timer;
}

export interface PromptQueueOptions {
  readonly clock: Clock;
  readonly onChange: () => void;
  /** An answer that must never be shown. */
  readonly onSecret: (value: string) => void;
  /** Absent: no answer is stored after LocalPort quits. */
  readonly keychain?: AnswerKeychain;
}

export class PromptQueue {
  readonly memory = new AnswerMemory();
  readonly keychain: AnswerKeychain | null;
  readonly #options: PromptQueueOptions;
  readonly #open = new Map<string, OpenPrompt>();
  readonly #attendants = new Set<symbol>();

  constructor(options: PromptQueueOptions) {
    this.#options = options;
    this.keychain = options.keychain ?? null;
  }

  /** A question may be answered: by the user, or by an answer that was given before. */
  get mayAnswer(): boolean {
    return this.isAttended || !this.memory.isEmpty || this.keychain?.isEmpty === false;
  }

  get isAttended(): boolean {
    return this.#attendants.size > 0;
  }

  /** A user can answer until the returned function is called; the last such call withdraws all questions that need an answer here. */
  attend(): () => void {
    const attendant = Symbol('attendant');
    this.#attendants.add(attendant);
    return () => {
      this.#attendants.delete(attendant);
      if (this.isAttended) return;
      for (const { prompt } of this.#open.values()) if (prompt.kind !== 'sign-in') this.dismiss(prompt.id);
    };
  }

  prompts(): readonly Prompt[] {
    return [...this.#open.values()].map(({ prompt, waiting }) => ({
      ...prompt,
      services: [...new Set([...waiting.values()].flatMap(({ services }) => services()))],
    }));
  }

  /** The answer; null if there is none, or if the program has ended (`signal`). Never rejects. */
  ask(question: Question, signal: AbortSignal): Promise<UserAnswer | null> {
    const mayAsk = this.isAttended || question.kind === 'sign-in';
    if (!mayAsk || signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const open = this.#sharedWith(question) ?? this.#add(question);
      const waiter = Symbol(question.asker);
      const leave = (): void => {
        this.#leave(open, waiter);
        resolve(null);
      };
      signal.addEventListener('abort', leave, { once: true });
      open.waiting.set(waiter, {
        services: question.services,
        settle: (answer) => {
          signal.removeEventListener('abort', leave);
          resolve(answer);
        },
      });
      this.#options.onChange();
    });
  }

  /** `remember` is for questions that offer it. False: there is no such question, or none that takes an answer. */
  answer(id: string, text: string, { remember = false }: { readonly remember?: boolean } = {}): boolean {
    const open = this.#open.get(id);
    if (open === undefined || isNotice(open.prompt.kind)) return false;
    if (isReusable(open.prompt.kind) || text.length >= minCodeLength) this.#options.onSecret(text);
    this.#settle(open, {
      text,
      remember: remember && open.prompt.remember === 'offered',
      tookMs: this.#options.clock.now() - open.openedAt,
    });
    return true;
  }

  /** False: there is no such question. */
  dismiss(id: string): boolean {
    const open = this.#open.get(id);
    if (open !== undefined) this.#settle(open, null);
    return open !== undefined;
  }

  #sharedWith({ sameAs }: Question): OpenPrompt | undefined {
    if (sameAs === null) return undefined;
    return [...this.#open.values()].find((open) => open.sameAs === sameAs);
  }

  #add({ asker, words, kind, isRepeated, remember, wasRemembered, sameAs }: Question): OpenPrompt {
    const { clock } = this.#options;
    const id = randomUUID();
    const open: OpenPrompt = {
      sameAs,
      openedAt: clock.now(),
      prompt: { id, asker, words, kind, isRepeated, remember, wasRemembered, since: clock.wallNow() },
      waiting: new Map(),
      timer: clock.after(patienceMs, () => {
        this.#settle(open, null);
      }),
    };
    this.#open.set(id, open);
    return open;
  }

  #settle(open: OpenPrompt, answer: UserAnswer | null): void {
    this.#close(open);
    for (const { settle } of open.waiting.values()) settle(answer);
  }

  #leave(open: OpenPrompt, waiter: symbol): void {
    open.waiting.delete(waiter);
    if (open.waiting.size === 0) this.#close(open);
    else this.#options.onChange();
  }

  #close(open: OpenPrompt): void {
    open.timer.cancel();
    if (this.#open.delete(open.prompt.id)) this.#options.onChange();
  }
}
