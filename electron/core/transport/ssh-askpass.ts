/**
 * What one ssh is answered, by the program that asks for it (`askpass-program.ts`). Invariants:
 *
 * 1. The stored password is given once, to the ssh that leads the group, and only when that asks for the target's
 *    password. A jump host's ssh inherits SSH_ASKPASS: what it asks goes to the user, as every other question does.
 * 2. Which host or key asks is believed only where each ssh on the way puts it before a server's own words (OpenSSH 8.5 and
 *    later). Elsewhere a server could ask for another host's password, or a key's passphrase: nothing is remembered there.
 * 3. While nobody could answer, ssh goes on without a key that is locked, and any other question ends it: an empty
 *    answer would count as a failed login.
 * 4. An answer of the keychain is given once to each ssh and its jump hosts. One that is refused is forgotten, and only one that has
 *    worked is stored.
 */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { isReusable, loginCommand, type PromptKind, type Remember } from '../../../shared/prompt.ts';
import { promptTitle } from '../../../shared/prompt-words.ts';
import type { Answer } from '../prompts/answer-memory.ts';
import type { PromptDesk, Question } from '../prompts/prompt-desk.ts';
import { answerName } from './answer-name.ts';
import { type Asked, AskpassProgram, tellProgram } from './askpass-program.ts';
import type { LineMeaning } from './child-carrier.ts';
import { toEvidence } from '../failure/evidence.ts';
import { type Asking, type Given, GivenAnswers } from './given-answers.ts';
import { askerOf, isPasswordPrompt, opensKey, promptKindOf } from './ssh-prompt.ts';

export interface AskpassLogin {
  /** Those that log in by this ssh. */
  readonly services: () => readonly string[];
  /** The user has given an answer, or touched a security key. */
  readonly onHuman: () => void;
  /** The same for all services that log in with the same things. */
  readonly key: string;
  readonly host: string;
  /** null: what ssh_config says. */
  readonly port: number | null;
  readonly jump: readonly string[];
  /** null: what ssh_config or the login name says. */
  readonly user: string | null;
  /** null: every question is the user's. */
  readonly password: string | null;
  /** What the target's password is called in the keychain; null: it may not be kept. Absent: as `answerName` says. */
  readonly passwordName?: string | null;
}

/** A server's own patience is longer than that. */
const longAnswerMs = 10_000;

interface AskedQuestion extends Question, Asking {}

interface Unanswered {
  readonly asked: Asked;
  readonly question: AskedQuestion;
}

export class SshAskpass {
  readonly #program: AskpassProgram;
  readonly #login: AskpassLogin;
  readonly #desk: PromptDesk;
  readonly #end = new AbortController();
  readonly #given = new GivenAnswers();
  /** Names of answers that the keychain was asked for. */
  readonly #recalled = new Set<string>();
  /** Of those, the ones that were refused. */
  readonly #refused = new Set<string>();
  /** The password of the config. */
  #storedWasGiven = false;
  /** null: no ssh has told its version yet. */
  #namesAskers: boolean | null = null;
  #unanswered: Unanswered | null = null;
  #lastGiven: AskedQuestion | null = null;
  /** Why we ended ssh. */
  #told: Cause | null = null;
  /** The user took this long for the last answer, in ms. */
  #lastAnswerTookMs = 0;
  #touch = new AbortController();

  /** Writes the program. Throws when the file cannot be written. */
  constructor(file: string, login: AskpassLogin, desk: PromptDesk) {
    this.#program = new AskpassProgram(file);
    this.#login = login;
    this.#desk = desk;
  }

  get environment(): Readonly<Record<string, string>> {
    return this.#program.environment;
  }

  /** What a line of stderr asks for; null: it is no question. `leaderPid` is the process that we started. */
  read(line: string, leaderPid: number | null): LineMeaning | null {
    this.#namesAskers = stillNamesAskers(this.#namesAskers, line);
    this.#given.note(line);
    const asked = this.#program.parse(line);
    if (asked === null) return null;
    if (asked.hint === 'done') {
      if (this.#unanswered?.asked.fifo === asked.fifo) this.#endTouch();
      return { kind: 'chatter' };
    }
    this.#endTouch();
    const { prompt, hint } = asked;
    const { password } = this.#login;
    const isTarget = asked.parent === leaderPid;
    const question = this.#questionOf(asked, isTarget);
    if (password !== null && this.#takesStored(question)) {
      this.#storedWasGiven = true;
      return { kind: 'question', prompt, settled: this.#tellSsh(asked, password) };
    }
    const ofAnother = this.#given.ofAnotherSsh(question);
    if (ofAnother !== null)
      return {
        kind: 'question',
        prompt,
        settled: this.#give(asked, question, ofAnother.answer, ofAnother.from),
      };
    const remembered = this.#recall(question);
    if (remembered !== null)
      return { kind: 'question', prompt, settled: this.#give(asked, question, remembered, 'memory') };
    // ssh waits for the key, and says nothing of it.
    if (!this.#desk.isAttended && hint === 'none') return { kind: 'chatter' };
    const { name } = question;
    if (name !== null && this.#mayBeInKeychain(name))
      return { kind: 'question', prompt, settled: this.#giveFromKeychain(asked, question, name) };
    return this.#ask(asked, question);
  }

  /** ssh has logged in. */
  loggedIn(): void {
    this.#endTouch();
    const { memory, keychain } = this.#desk;
    for (const { key, name, kind, answer } of this.#given.worked()) {
      if (!isReusable(kind)) continue;
      memory.keep(key, { text: answer.text, remember: false });
      if (answer.remember && name !== null) void keychain?.keep(name, answer.text);
    }
  }

  /** A refused login is about what was answered: asking again by ourselves could lock the account. */
  explainEnd(cause: Cause): Cause {
    if (cause === this.#told) return cause;
    const unanswered = this.#unanswered;
    // A key that was touched, or need not be any more, explains no other end than a refused login.
    if (unanswered !== null && (unanswered.question.kind !== 'touch' || cause.code === 'auth-failed'))
      return withoutAnswer(unanswered.question, this.#login.host);
    if (cause.code !== 'auth-failed') return this.#explainBreak(cause);
    const { host } = this.#login;
    const evidence = cause.evidence ?? undefined;
    for (const given of this.#given.suspects()) this.#refuse(given);
    if (!this.#given.isEmpty) {
      const wasRemembered = this.#refused.size > 0;
      const question = this.#given.suspects().at(-1)?.kind;
      return describeCause('auth-failed', { host, evidence, askedUser: true, wasRemembered, question });
    }
    return this.#storedWasGiven ? wrongPassword(host, evidence, this.#desk.isAttended) : cause;
  }

  /** A server that was kept waiting closes the connection: what the user has typed meanwhile serves the next try. */
  #explainBreak(cause: Cause): Cause {
    for (const { key, kind, answer, from } of this.#given.untried())
      if (from === 'user' && isReusable(kind)) this.#desk.memory.keep(key, answer, { once: true });
    const tookMs = this.#lastAnswerTookMs;
    if (cause.code !== 'closed-by-remote' || tookMs < longAnswerMs) return cause;
    const { host } = this.#login;
    return describeCause('closed-by-remote', { host, evidence: cause.evidence ?? undefined, tookMs });
  }

  /** What was asked last of the questions that have come to nothing; null: none has. */
  get lastInVain(): Pick<Question, 'kind' | 'words'> | null {
    return this.#unanswered?.question ?? this.#lastGiven;
  }

  /** Its ssh has ended. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#program.close();
  }

  /** Not where the user has had another one remembered. */
  #takesStored({ isTarget, words, name }: AskedQuestion): boolean {
    if (!isTarget || this.#storedWasGiven || !isPasswordPrompt(words, this.#login.user)) return false;
    return name === null || !this.#mayBeInKeychain(name);
  }

  #questionOf({ prompt, hint, parent }: Asked, isTarget: boolean): AskedQuestion {
    const { services, host, key: login } = this.#login;
    const isNamed = this.#namesAskers === true;
    const kind = isNamed || hint !== 'ask' ? promptKindOf(prompt, hint) : 'code';
    // A key is the same for every host.
    const key = kind === 'passphrase' ? prompt : [login, isTarget ? 'target' : 'jump', prompt].join('\n');
    const name = isReusable(kind) ? this.#nameOf(prompt, kind, isTarget) : null;
    const asking: Asking = { pid: parent, isTarget, key, name, kind };
    const hasGiven = this.#given.has(asking);
    for (const given of this.#given.asked(asking)) this.#refuse(given);
    const storedIsWrong = isTarget && this.#storedWasGiven && isPasswordPrompt(prompt, null);
    const wasRemembered = name !== null && this.#refused.delete(name);
    return {
      ...asking,
      sameAs: isReusable(kind) ? key : null,
      services,
      asker: isNamed ? askerOf(prompt, host) : host,
      words: prompt,
      isRepeated: hasGiven || storedIsWrong || wasRemembered,
      wasRemembered,
    };
  }

  #nameOf(prompt: string, kind: PromptKind, isTarget: boolean): string | null {
    const { passwordName } = this.#login;
    const isOfTarget = isTarget && kind === 'password';
    return isOfTarget && passwordName !== undefined
      ? passwordName
      : answerName(prompt, this.#login, isTarget);
  }

  #recall({ key, isRepeated, kind }: AskedQuestion): Answer | null {
    if (isRepeated) this.#desk.memory.forget(key);
    return isReusable(kind) ? this.#desk.memory.recall(key) : null;
  }

  #refuse({ key, name, from, kind }: Given): void {
    const { memory, keychain } = this.#desk;
    if (!isReusable(kind)) return;
    memory.forget(key);
    if (name === null || from === 'user') return;
    // What is in memory came from the keychain, or is what the keychain holds.
    if (from === 'keychain' || keychain?.has(name) === true) this.#refused.add(name);
    void keychain?.forget(name);
  }

  #mayBeInKeychain(name: string): boolean {
    return !this.#recalled.has(name) && this.#desk.keychain?.has(name) === true;
  }

  async #giveFromKeychain(asked: Asked, question: AskedQuestion, name: string): Promise<Cause | null> {
    this.#recalled.add(name);
    const text = (await this.#desk.keychain?.recall(name)) ?? null;
    if (this.#end.signal.aborted) return null;
    if (text !== null) return this.#give(asked, question, { text, remember: false }, 'keychain');
    const meaning = this.#ask(asked, question);
    if (meaning.kind === 'question') return meaning.settled;
    return meaning.kind === 'fatal' ? meaning.cause : null;
  }

  /** Of the user, or goes on without one. */
  #ask(asked: Asked, question: AskedQuestion): LineMeaning {
    const { prompt } = asked;
    if (this.#desk.isAttended) return { kind: 'question', prompt, settled: this.#askUser(asked, question) };
    // ssh goes on without the key, or without what it may not do.
    if (opensKey(prompt) || question.kind === 'confirm')
      return { kind: 'question', prompt, settled: this.#tellSsh(asked, null) };
    return { kind: 'fatal', cause: this.#tell(this.#withoutUser(question)) };
  }

  #withoutUser(question: AskedQuestion): Cause {
    const { host } = this.#login;
    if (!question.isRepeated) return unanswerable(question, host);
    if (!question.wasRemembered) return wrongPassword(host, question.words, false);
    const login = loginCommand(host);
    const { words, kind } = question;
    return describeCause('auth-failed', {
      host,
      evidence: words,
      wasRemembered: true,
      login,
      question: kind,
    });
  }

  async #askUser(asked: Asked, question: AskedQuestion): Promise<Cause | null> {
    const { kind } = question;
    const signal = kind === 'touch' ? this.#newTouch() : this.#end.signal;
    this.#unanswered = { asked, question };
    const answer = await this.#desk.ask({ ...question, remember: await this.#offerOf(question) }, signal);
    if (answer !== null || kind === 'touch') this.#login.onHuman();
    if (answer === null && kind !== 'confirm')
      return signal.aborted ? null : this.#tell(withoutAnswer(question, this.#login.host));
    this.#unanswered = null;
    if (answer === null) return this.#tellSsh(asked, null);
    this.#lastAnswerTookMs = answer.tookMs;
    return this.#give(asked, question, answer, 'user');
  }

  async #offerOf({ name }: AskedQuestion): Promise<Remember | undefined> {
    const { keychain } = this.#desk;
    if (name === null) return undefined;
    return keychain !== null && (await keychain.isAvailable()) ? 'offered' : 'unavailable';
  }

  #give(asked: Asked, question: AskedQuestion, answer: Answer, from: Given['from']): Promise<null> {
    this.#lastGiven = question;
    const { pid, isTarget, key, name, kind } = question;
    this.#given.add({ pid, isTarget, key, name, kind, answer, from });
    return this.#tellSsh(asked, answer.text);
  }

  /** null: ssh gets no answer. */
  async #tellSsh({ fifo }: Asked, answer: string | null): Promise<null> {
    await tellProgram(fifo, answer);
    return null;
  }

  #newTouch(): AbortSignal {
    this.#touch = new AbortController();
    return AbortSignal.any([this.#touch.signal, this.#end.signal]);
  }

  /** Whatever ssh does next, the security key is no longer waited for. */
  #endTouch(): void {
    if (this.#unanswered?.question.kind === 'touch') this.#unanswered = null;
    this.#touch.abort();
  }

  #tell(cause: Cause): Cause {
    this.#told = cause;
    return cause;
  }
}

/** The lowest version counts: a server's banner can only add higher ones. */
function stillNamesAskers(before: boolean | null, line: string): boolean | null {
  const version = /^debug1: Local version string SSH-2\.0-OpenSSH_(\d+)\.(\d+)/.exec(line);
  if (version === null) return before;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return before !== false && (major > 8 || (major === 8 && minor >= 5));
}

const wrongPassword = (host: string, evidence: string | undefined, isAttended: boolean): Cause =>
  describeCause('auth-failed', {
    host,
    evidence,
    usedPassword: true,
    login: isAttended ? undefined : loginCommand(host),
  });

const withoutAnswer = ({ asker, words, kind }: AskedQuestion, host: string): Cause =>
  describeCause('question-unanswered', {
    host: asker,
    evidence: toEvidence(words, []),
    command: loginCommand(host),
    askedUser: true,
    question: kind,
  });

const unanswerable = (question: AskedQuestion, host: string): Cause =>
  describeCause('question-unanswered', {
    what: promptTitle(question),
    evidence: toEvidence(question.words, []),
    command: loginCommand(host),
    question: question.kind,
  });
