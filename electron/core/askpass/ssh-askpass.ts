/**
 * Answers the prompts of one ssh, which its askpass program passes on (`askpass-program.ts`). Invariants:
 *
 * 1. The stored password is given once, to the ssh that leads the group, and only when that ssh asks for the
 *    target's password. A jump host's ssh inherits SSH_ASKPASS: its prompts go to the user, like every other
 *    prompt.
 * 2. The host or key in a prompt is trusted only if each ssh along the route puts it before the server's text
 *    (OpenSSH 8.5 and later). Otherwise a server could ask for another host's password, or for a key's passphrase,
 *    so nothing is remembered.
 * 3. While no user is available, ssh continues without a locked key, and any other prompt ends ssh: an empty answer
 *    would count as a failed login.
 * 4. An answer from the keychain is given once to each ssh and its jump hosts. A refused answer is deleted, and an
 *    answer is stored only after it has worked.
 */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { isReusable, loginCommand, type PromptKind, type Remember } from '../../../shared/prompt.ts';
import { promptTitle } from '../../../shared/prompt-words.ts';
import type { LineMeaning } from '../transport/child-carrier.ts';
import type { Answer } from '../prompts/answer-memory.ts';
import type { PromptQueue, Question } from '../prompts/prompt-queue.ts';
import { answerName } from './answer-name.ts';
import { type AskpassRequest, AskpassProgram, answerProgram } from './askpass-program.ts';
import { toEvidence } from '../failure/evidence.ts';
import { type PromptInfo, type GivenAnswer, GivenAnswers } from './given-answers.ts';
import { askerOf, isPasswordPrompt, opensKey, promptKindOf } from './ssh-prompt.ts';

export interface AskpassLogin {
  /** The services that use this login. */
  readonly services: () => readonly string[];
  /** The user has given an answer, or touched a security key. */
  readonly onUserNeeded: () => void;
  /** The same for all services that log in with the same settings. */
  readonly key: string;
  readonly host: string;
  /** null: as set in ssh_config. */
  readonly port: number | null;
  readonly jump: readonly string[];
  /** null: as set in ssh_config, or the local user's name. */
  readonly user: string | null;
  /** null: every prompt goes to the user. */
  readonly password: string | null;
  /** The keychain name of the target's password; null: it must not be stored. Absent: use `answerName`. */
  readonly passwordName?: string | null;
}

/** A server may time out when an answer takes longer than this. */
const slowAnswerMs = 10_000;

interface AskpassQuestion extends Question, PromptInfo {}

interface Unanswered {
  readonly request: AskpassRequest;
  readonly question: AskpassQuestion;
}

/** What a line of ssh's output means for the connection that waits for it. */
export type PromptMeaning = Extract<LineMeaning, { readonly kind: 'question' | 'fatal' | 'chatter' }>;

/** `settled` gives the cause if ssh cannot continue; null: it does. Never rejects. */
const waitingFor = ({ prompt }: AskpassRequest, settled: Promise<Cause | null>): PromptMeaning => ({
  kind: 'question',
  prompt,
  settled,
});

export class SshAskpass {
  readonly #program: AskpassProgram;
  readonly #login: AskpassLogin;
  readonly #promptQueue: PromptQueue;
  readonly #end = new AbortController();
  readonly #given = new GivenAnswers();
  /** Names for which the keychain was queried. */
  readonly #recalled = new Set<string>();
  /** Names of keychain answers that were refused. */
  readonly #refused = new Set<string>();
  /** The config's password has been given. */
  #storedWasGiven = false;
  /** null: no ssh has printed its version yet. */
  #promptsNameAsker: boolean | null = null;
  #unanswered: Unanswered | null = null;
  #lastGiven: AskpassQuestion | null = null;
  /** Why we stopped ssh. */
  #stopCause: Cause | null = null;
  /** The time that the user took for the last answer, in ms. */
  #lastAnswerTookMs = 0;
  #touch = new AbortController();

  /** Writes the askpass program. Throws if the file cannot be written. */
  constructor(file: string, login: AskpassLogin, promptQueue: PromptQueue) {
    this.#program = new AskpassProgram(file);
    this.#login = login;
    this.#promptQueue = promptQueue;
  }

  get environment(): Readonly<Record<string, string>> {
    return this.#program.environment;
  }

  /** Interprets a line of stderr; null: it is not a prompt. `leaderPid` is the process that we started. */
  read(line: string, leaderPid: number | null): PromptMeaning | null {
    this.#promptsNameAsker = promptsNameAsker(this.#promptsNameAsker, line);
    this.#given.note(line);
    const request = this.#program.parse(line);
    if (request === null) return null;
    if (request.hint === 'done') {
      if (this.#unanswered?.request.fifo === request.fifo) this.#endTouch();
      return { kind: 'chatter' };
    }
    this.#endTouch();
    const { password } = this.#login;
    const isTarget = request.parent === leaderPid;
    const question = this.#questionOf(request, isTarget);
    if (password !== null && this.#acceptsStored(question)) {
      this.#storedWasGiven = true;
      return waitingFor(request, this.#answerSsh(request, password));
    }
    const reused = this.#given.fromAnotherSsh(question);
    if (reused !== null)
      return waitingFor(request, this.#give(request, question, reused.answer, reused.from));
    const remembered = this.#recall(question);
    if (remembered !== null) return waitingFor(request, this.#give(request, question, remembered, 'memory'));
    // ssh waits for the touch, and needs no answer.
    if (!this.#promptQueue.isAttended && request.hint === 'none') return { kind: 'chatter' };
    const { name } = question;
    if (name !== null && this.#mayBeInKeychain(name))
      return waitingFor(request, this.#giveFromKeychain(request, question, name));
    return this.#ask(request, question);
  }

  /** ssh has logged in. */
  loggedIn(): void {
    this.#endTouch();
    const { memory, keychain } = this.#promptQueue;
    for (const { key, name, kind, answer } of this.#given.worked()) {
      if (!isReusable(kind)) continue;
      memory.keep(key, { text: answer.text, remember: false });
      if (answer.remember && name !== null) void keychain?.keep(name, answer.text);
    }
  }

  /**
   * If the login was refused after answers were given, the answers are the reason: an automatic retry could lock
   * the account.
   */
  explainEnd(cause: Cause): Cause {
    if (cause === this.#stopCause) return cause;
    const unanswered = this.#unanswered;
    // A pending touch explains only a refused login.
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
    return this.#storedWasGiven ? wrongPassword(host, evidence, this.#promptQueue.isAttended) : cause;
  }

  /**
   * A server that waits too long closes the connection. Answers that the user typed in the meantime are used by the
   * next attempt.
   */
  #explainBreak(cause: Cause): Cause {
    for (const { key, kind, answer, from } of this.#given.untried())
      if (from === 'user' && isReusable(kind)) this.#promptQueue.memory.keep(key, answer, { once: true });
    const tookMs = this.#lastAnswerTookMs;
    if (cause.code !== 'closed-by-remote' || tookMs < slowAnswerMs) return cause;
    const { host } = this.#login;
    return describeCause('closed-by-remote', { host, evidence: cause.evidence ?? undefined, tookMs });
  }

  /** The last prompt that did not lead to a login; null: there is none. */
  get lastUnsuccessful(): Pick<Question, 'kind' | 'words'> | null {
    return this.#unanswered?.question ?? this.#lastGiven;
  }

  /** Its ssh has exited. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#program.close();
  }

  /** Not if the keychain has a replacement that the user saved. */
  #acceptsStored({ isTarget, words, name }: AskpassQuestion): boolean {
    if (!isTarget || this.#storedWasGiven || !isPasswordPrompt(words, this.#login.user)) return false;
    return name === null || !this.#mayBeInKeychain(name);
  }

  #questionOf({ prompt, hint, parent }: AskpassRequest, isTarget: boolean): AskpassQuestion {
    const { services, host, key: login } = this.#login;
    const isNamed = this.#promptsNameAsker === true;
    const kind = isNamed || hint !== 'ask' ? promptKindOf(prompt, hint) : 'code';
    // A key is the same for every host.
    const key = kind === 'passphrase' ? prompt : [login, isTarget ? 'target' : 'jump', prompt].join('\n');
    const name = isReusable(kind) ? this.#nameOf(prompt, kind, isTarget) : null;
    const info: PromptInfo = { pid: parent, isTarget, key, name, kind };
    const hasGiven = this.#given.has(info);
    for (const given of this.#given.noteAsked(info)) this.#refuse(given);
    const storedIsWrong = isTarget && this.#storedWasGiven && isPasswordPrompt(prompt, null);
    const wasRemembered = name !== null && this.#refused.delete(name);
    return {
      ...info,
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

  #recall({ key, isRepeated, kind }: AskpassQuestion): Answer | null {
    if (isRepeated) this.#promptQueue.memory.forget(key);
    return isReusable(kind) ? this.#promptQueue.memory.recall(key) : null;
  }

  #refuse({ key, name, from, kind }: GivenAnswer): void {
    const { memory, keychain } = this.#promptQueue;
    if (!isReusable(kind)) return;
    memory.forget(key);
    if (name === null || from === 'user') return;
    // An answer in memory came from the keychain, or is also stored there.
    if (from === 'keychain' || keychain?.has(name) === true) this.#refused.add(name);
    void keychain?.forget(name);
  }

  #mayBeInKeychain(name: string): boolean {
    return !this.#recalled.has(name) && this.#promptQueue.keychain?.has(name) === true;
  }

  async #giveFromKeychain(
    request: AskpassRequest,
    question: AskpassQuestion,
    name: string,
  ): Promise<Cause | null> {
    this.#recalled.add(name);
    const text = (await this.#promptQueue.keychain?.recall(name)) ?? null;
    if (this.#end.signal.aborted) return null;
    if (text !== null) return this.#give(request, question, { text, remember: false }, 'keychain');
    const meaning = this.#ask(request, question);
    if (meaning.kind === 'question') return meaning.settled;
    return meaning.kind === 'fatal' ? meaning.cause : null;
  }

  /** Prompts the user, or continues without an answer. */
  #ask(request: AskpassRequest, question: AskpassQuestion): PromptMeaning {
    if (this.#promptQueue.isAttended) return waitingFor(request, this.#askUser(request, question));
    // ssh continues without the key, or without the action that needs confirmation.
    if (opensKey(request.prompt) || question.kind === 'confirm')
      return waitingFor(request, this.#answerSsh(request, null));
    return { kind: 'fatal', cause: this.#stopFor(this.#withoutUser(question)) };
  }

  #withoutUser(question: AskpassQuestion): Cause {
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

  async #askUser(request: AskpassRequest, question: AskpassQuestion): Promise<Cause | null> {
    const { kind } = question;
    const signal = kind === 'touch' ? this.#newTouch() : this.#end.signal;
    this.#unanswered = { request, question };
    const answer = await this.#promptQueue.ask(
      { ...question, remember: await this.#offerOf(question) },
      signal,
    );
    if (answer !== null || kind === 'touch') this.#login.onUserNeeded();
    if (answer === null && kind === 'password' && question.isTarget)
      this.#promptQueue.memory.restoreStored(this.#login.key);
    if (answer === null && kind !== 'confirm')
      return signal.aborted ? null : this.#stopFor(withoutAnswer(question, this.#login.host));
    this.#unanswered = null;
    if (answer === null) return this.#answerSsh(request, null);
    this.#lastAnswerTookMs = answer.tookMs;
    return this.#give(request, question, answer, 'user');
  }

  async #offerOf({ name }: AskpassQuestion): Promise<Remember | undefined> {
    const { keychain } = this.#promptQueue;
    if (name === null) return undefined;
    return keychain !== null && (await keychain.isAvailable()) ? 'offered' : 'unavailable';
  }

  #give(
    request: AskpassRequest,
    question: AskpassQuestion,
    answer: Answer,
    from: GivenAnswer['from'],
  ): Promise<null> {
    this.#lastGiven = question;
    this.#given.add({ ...question, answer, from });
    return this.#answerSsh(request, answer.text);
  }

  /** null: ssh gets no answer. */
  async #answerSsh({ fifo }: AskpassRequest, answer: string | null): Promise<null> {
    await answerProgram(fifo, answer);
    return null;
  }

  #newTouch(): AbortSignal {
    this.#touch = new AbortController();
    return AbortSignal.any([this.#touch.signal, this.#end.signal]);
  }

  /** ssh has printed something new, so it no longer waits for the security key. */
  #endTouch(): void {
    if (this.#unanswered?.question.kind === 'touch') this.#unanswered = null;
    this.#touch.abort();
  }

  #stopFor(cause: Cause): Cause {
    this.#stopCause = cause;
    return cause;
  }
}

/** The lowest version counts: a server's banner can only add higher ones. */
function promptsNameAsker(before: boolean | null, line: string): boolean | null {
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

const withoutAnswer = ({ asker, words, kind }: AskpassQuestion, host: string): Cause =>
  describeCause('question-unanswered', {
    host: asker,
    evidence: toEvidence(words, []),
    command: loginCommand(host),
    askedUser: true,
    question: kind,
  });

const unanswerable = (question: AskpassQuestion, host: string): Cause =>
  describeCause('question-unanswered', {
    what: promptTitle(question),
    evidence: toEvidence(question.words, []),
    command: loginCommand(host),
    question: question.kind,
  });
