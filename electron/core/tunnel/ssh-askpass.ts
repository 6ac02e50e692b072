/**
 * The password's way to ssh. ssh runs the program that SSH_ASKPASS names and reads its stdout. Ours asks the host on
 * stderr, and the host answers on ssh's own stdin. Invariants:
 *
 * 1. The password stands in no file, argument, environment or log, and leaves the host only as the answer to a question.
 * 2. Only the askpass of the ssh that we started can read the answer: ssh gives its stdin to no other child (a
 *    ProxyCommand gets a pipe, `Match exec` gets /dev/null). A jump host's ssh inherits SSH_ASKPASS, but not that stdin.
 * 3. A question counts when it carries the token of this ssh, which no server knows: a banner cannot forge one. It is
 *    answered when its asker's parent is the ssh that leads the group, and when it asks for the target's password.
 * 4. There is one answer for each ssh. After it, stdin is at its end.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type Cause, describeCause } from '../../../shared/failure.ts';
import type { LineMeaning } from './child-tunnel.ts';
import { toEvidence } from './evidence.ts';
import { isPasswordPrompt } from './ssh-prompt.ts';

export interface AskpassLogin {
  readonly host: string;
  /** null: what ssh_config or the login name says. */
  readonly user: string | null;
  readonly password: string;
}

/**
 * Of a host key and a key's passphrase the host is not asked: ssh goes on without an answer. Whoever gets another answer
 * than the host's, a jump host's ssh say, waits to be ended: an empty answer would count as a failed login.
 */
const scriptFor = (token: string): string => `#!/bin/sh
case "$SSH_ASKPASS_PROMPT:$1" in
  none:*) exit 0 ;;
  *'(yes/no'* | *[Pp]assphrase* | *'PIN for '*) exit 1 ;;
esac
printf '\\n%s %s %.500s\\n' ${token} "$PPID" "$(printf %s "$1" | tr '\\r\\n' '  ')" >&2
IFS= read -r answer || exit 1
case "$answer" in
  '${token} '*) printf '%s\\n' "\${answer#* }" ;;
  *) sleep 10; exit 1 ;;
esac
`;

export class SshAskpass {
  readonly environment: Readonly<Record<string, string>>;
  readonly #login: AskpassLogin;
  readonly #token = `localport-askpass-${randomBytes(16).toString('hex')}`;
  #isAnswered = false;

  /** Writes the program. Throws when the file cannot be written. */
  constructor(file: string, login: AskpassLogin) {
    writeFileSync(file, scriptFor(this.#token), { mode: 0o700 });
    // "force": otherwise ssh asks only on a terminal, or only where there is a display.
    this.environment = { SSH_ASKPASS: file, SSH_ASKPASS_REQUIRE: 'force' };
    this.#login = login;
  }

  /** The password was told, so a refused login is about it: asking again could lock the account. */
  explainEnd(cause: Cause): Cause {
    if (!this.#isAnswered || cause.code !== 'auth-failed') return cause;
    const { host } = this.#login;
    return describeCause('auth-failed', { host, evidence: cause.evidence ?? undefined, usedPassword: true });
  }

  /** What a line of stderr asks for; null: it is no question. `leaderPid` is the process that we started. */
  read(line: string, leaderPid: number | null): LineMeaning | null {
    const [token, parent, ...words] = line.split(' ');
    if (token !== this.#token) return null;
    const prompt = words.join(' ').trim();
    if (leaderPid === null || parent !== String(leaderPid)) return { kind: 'fatal', cause: jumpAsks(prompt) };
    const { user, host, password } = this.#login;
    if (!isPasswordPrompt(prompt, user)) return { kind: 'fatal', cause: targetAsks(host, prompt) };
    if (this.#isAnswered) return { kind: 'chatter' };
    this.#isAnswered = true;
    return { kind: 'answerable', prompt, answer: `${this.#token} ${password}\n` };
  }
}

const jumpAsks = (prompt: string): Cause =>
  describeCause('question-unanswered', { evidence: toEvidence(prompt, []) });

const targetAsks = (host: string, prompt: string): Cause =>
  describeCause('question-unanswered', { host, evidence: toEvidence(prompt, []) });
