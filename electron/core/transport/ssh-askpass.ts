/**
 * The way of answers to ssh. ssh runs the program that SSH_ASKPASS names and reads its stdout. Ours makes a FIFO in the
 * private folder, asks the host on stderr, and reads the answer from the FIFO. Invariants:
 *
 * 1. An answer stands in no argument, environment, log or file: a FIFO's bytes are only in memory.
 * 2. A question counts when it carries the token of this ssh, which no server knows: a banner cannot forge one.
 * 3. The stored password is given once, to the ssh that leads the group, and only when that asks for the target's
 *    password. A jump host's ssh inherits SSH_ASKPASS: what it asks goes to the user, as every other question does.
 * 4. Which host or key asks is believed only where each ssh on the way puts it before a server's own words (OpenSSH 8.5 and
 *    later). Elsewhere a server could ask for another host's password, or a key's passphrase: nothing is remembered there.
 * 5. While nobody could answer, ssh goes on without a key that is locked, and any other question ends it: an empty
 *    answer would count as a failed login.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { isReusable, loginCommand, promptTitle, type PromptKind } from '../../../shared/prompt.ts';
import type { PromptDesk, Question } from '../prompts/prompt-desk.ts';
import { writeAnswer } from './answer-fifo.ts';
import type { LineMeaning } from './child-carrier.ts';
import { toEvidence } from '../failure/evidence.ts';
import { removeFile } from './private-path.ts';
import { askerOf, isPasswordPrompt, opensKey, promptKindOf } from './ssh-prompt.ts';

export interface AskpassLogin {
  /** Those that log in by this ssh. */
  readonly services: () => readonly string[];
  /** The user has given an answer, or touched a security key. */
  readonly onHuman: () => void;
  /** The same for all services that log in with the same things. */
  readonly key: string;
  readonly host: string;
  /** null: what ssh_config or the login name says. */
  readonly user: string | null;
  /** null: every question is the user's. */
  readonly password: string | null;
}

/** Host keys are never asked about: ssh_config's and our own StrictHostKeyChecking decide. */
const scriptFor = (token: string): string => `#!/bin/sh
case "$1" in *'(yes/no'*) exit 1 ;; esac
fifo="$0.$$"
trap 'rm -f "$fifo"' EXIT
trap 'printf "\\n%s %s %s done -\\n" ${token} "$PPID" "$$" >&2; exit 1' HUP INT TERM
mkfifo -m 600 "$fifo" && exec 3<>"$fifo" || exit 1
words=$(printf '%.500s' "$1" | tr '\\r\\n' '  ')
printf '\\n%s %s %s %s %s\\n' ${token} "$PPID" "$$" "\${SSH_ASKPASS_PROMPT:-ask}" "$words" >&2
IFS= read -r answer <&3 || exit 1
case "$answer" in '='*) printf '%s\\n' "\${answer#=}" ;; *) exit 1 ;; esac
`;

interface Asked {
  /** Of the ssh that asks. */
  readonly parent: number;
  readonly fifo: string;
  /** SSH_ASKPASS_PROMPT. */
  readonly hint: string;
  readonly prompt: string;
}

interface AskedQuestion extends Question {
  /** What an answer is remembered under. */
  readonly key: string;
}

interface Given {
  readonly answer: string;
  readonly kind: PromptKind;
}

interface Unanswered {
  readonly asked: Asked;
  readonly question: AskedQuestion;
}

export class SshAskpass {
  readonly environment: Readonly<Record<string, string>>;
  readonly #file: string;
  readonly #login: AskpassLogin;
  readonly #desk: PromptDesk;
  readonly #token = `localport-askpass-${randomBytes(16).toString('hex')}`;
  readonly #end = new AbortController();
  readonly #fifos: string[] = [];
  /** The user's answers, by what they are remembered under. */
  readonly #given = new Map<string, Given>();
  #storedWasGiven = false;
  /** null: no ssh has told its version yet. */
  #namesAskers: boolean | null = null;
  #unanswered: Unanswered | null = null;
  /** Why we ended ssh. */
  #told: Cause | null = null;
  #touch = new AbortController();

  /** Writes the program. Throws when the file cannot be written. */
  constructor(file: string, login: AskpassLogin, desk: PromptDesk) {
    writeFileSync(file, scriptFor(this.#token), { mode: 0o700 });
    // "force": otherwise ssh asks only on a terminal, or only where there is a display.
    this.environment = { SSH_ASKPASS: file, SSH_ASKPASS_REQUIRE: 'force' };
    this.#file = file;
    this.#login = login;
    this.#desk = desk;
  }

  /** What a line of stderr asks for; null: it is no question. `leaderPid` is the process that we started. */
  read(line: string, leaderPid: number | null): LineMeaning | null {
    this.#namesAskers = stillNamesAskers(this.#namesAskers, line);
    const asked = this.#parse(line);
    if (asked === null) return null;
    if (asked.hint === 'done') {
      if (this.#unanswered?.asked.fifo === asked.fifo) this.#endTouch();
      return { kind: 'chatter' };
    }
    this.#endTouch();
    const { prompt, hint } = asked;
    // Of a key in the agent: ssh-agent asks by itself where it can.
    if (hint === 'confirm') return { kind: 'question', prompt, settled: this.#give(asked, null) };
    const { host, user, password } = this.#login;
    const isOurs = asked.parent === leaderPid;
    if (isOurs && password !== null && !this.#storedWasGiven && isPasswordPrompt(prompt, user)) {
      this.#storedWasGiven = true;
      return { kind: 'question', prompt, settled: this.#give(asked, password) };
    }
    const question = this.#questionOf(asked, isOurs);
    const remembered = this.#recall(question);
    if (remembered !== null)
      return { kind: 'question', prompt, settled: this.#give(asked, remembered, question) };
    // ssh waits for the key, and says nothing of it.
    if (!this.#desk.isAttended && hint === 'none') return { kind: 'chatter' };
    if (this.#desk.isAttended) return { kind: 'question', prompt, settled: this.#askUser(asked, question) };
    // ssh goes on without the key.
    if (opensKey(prompt)) return { kind: 'question', prompt, settled: this.#give(asked, null) };
    const cause = question.isRepeated ? wrongPassword(host, prompt) : unanswerable(question, host);
    return { kind: 'fatal', cause: this.#tell(cause) };
  }

  /** The answers have worked. */
  loggedIn(): void {
    this.#endTouch();
    for (const [key, { answer, kind }] of this.#given)
      if (isReusable(kind)) this.#desk.memory.keep(key, answer);
  }

  /** A refused login is about what was answered: asking again by ourselves could lock the account. */
  explainEnd(cause: Cause): Cause {
    if (cause === this.#told) return cause;
    const { host } = this.#login;
    const unanswered = this.#unanswered;
    // A key that was touched, or need not be any more, explains no other end than a refused login.
    if (unanswered !== null && (unanswered.question.kind !== 'touch' || cause.code === 'auth-failed'))
      return withoutAnswer(unanswered.question);
    if (cause.code !== 'auth-failed') return cause;
    const evidence = cause.evidence ?? undefined;
    for (const key of this.#given.keys()) this.#desk.memory.forget(key);
    if (this.#given.size > 0) return describeCause('auth-failed', { host, evidence, askedUser: true });
    return this.#storedWasGiven ? wrongPassword(host, evidence) : cause;
  }

  /** Its ssh has ended. */
  async close(): Promise<void> {
    this.#end.abort();
    await Promise.all([this.#file, ...this.#fifos].map(removeFile));
  }

  #parse(line: string): Asked | null {
    if (!line.startsWith(`${this.#token} `)) return null;
    const [, parent = '', asker = '', hint = '', ...words] = line.split(' ');
    if (!/^\d+$/.test(asker)) return null;
    const fifo = `${this.#file}.${asker}`;
    this.#fifos.push(fifo);
    return { parent: Number(parent), fifo, hint, prompt: words.join(' ').trim() };
  }

  #questionOf({ prompt, hint }: Asked, isOurs: boolean): AskedQuestion {
    const { services, host, key: login } = this.#login;
    const isNamed = this.#namesAskers === true;
    const kind = isNamed || hint === 'none' ? promptKindOf(prompt, hint) : 'code';
    // A key is the same for every host.
    const key = kind === 'passphrase' ? prompt : [login, isOurs ? 'target' : 'jump', prompt].join('\n');
    const storedIsWrong = isOurs && this.#storedWasGiven && isPasswordPrompt(prompt, null);
    const isRepeated = this.#given.has(key) || storedIsWrong;
    const sameAs = isReusable(kind) ? key : null;
    return {
      key,
      sameAs,
      services,
      asker: isNamed ? askerOf(prompt, host) : host,
      words: prompt,
      kind,
      isRepeated,
    };
  }

  #recall({ key, isRepeated, kind }: AskedQuestion): string | null {
    if (isRepeated) this.#desk.memory.forget(key);
    return isReusable(kind) ? this.#desk.memory.recall(key) : null;
  }

  async #askUser(asked: Asked, question: AskedQuestion): Promise<Cause | null> {
    const signal = question.kind === 'touch' ? this.#newTouch() : this.#end.signal;
    this.#unanswered = { asked, question };
    const answer = await this.#desk.ask(question, signal);
    if (answer !== null || question.kind === 'touch') this.#login.onHuman();
    if (answer === null) return signal.aborted ? null : this.#tell(withoutAnswer(question));
    this.#unanswered = null;
    return this.#give(asked, answer, question);
  }

  /** null: ssh gets no answer. `question`: the answer is the user's. */
  async #give({ fifo }: Asked, answer: string | null, question?: AskedQuestion): Promise<null> {
    if (answer !== null && question !== undefined)
      this.#given.set(question.key, { answer, kind: question.kind });
    await writeAnswer(fifo, answer === null ? '!' : `=${answer}`);
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

const wrongPassword = (host: string, evidence: string | undefined): Cause =>
  describeCause('auth-failed', { host, evidence, usedPassword: true });

const withoutAnswer = ({ asker, words }: Question): Cause =>
  describeCause('question-unanswered', { host: asker, evidence: toEvidence(words, []), askedUser: true });

const unanswerable = (question: Question, host: string): Cause =>
  describeCause('question-unanswered', {
    what: promptTitle(question),
    evidence: toEvidence(question.words, []),
    command: loginCommand(host),
  });
