/**
 * The way of answers to ssh and ssh-add. They run the program that SSH_ASKPASS names and read its stdout. Ours makes a FIFO in the
 * private folder, asks the host on stderr, and reads the answer from the FIFO. Invariants:
 *
 * 1. An answer stands in no argument, environment, log or file: a FIFO's bytes are only in memory.
 * 2. A question counts when it carries the token of this program, which no server knows: a banner cannot forge one.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { writeAnswer } from './answer-fifo.ts';
import { removeFile } from './private-path.ts';

export interface Asked {
  /** Of the ssh that asks. */
  readonly parent: number;
  readonly fifo: string;
  /** SSH_ASKPASS_PROMPT. */
  readonly hint: string;
  readonly prompt: string;
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

export class AskpassProgram {
  /** For the one that asks. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #file: string;
  readonly #token = `localport-askpass-${randomBytes(16).toString('hex')}`;
  readonly #fifos: string[] = [];

  /** Writes the program. Throws when the file cannot be written. */
  constructor(file: string) {
    writeFileSync(file, scriptFor(this.#token), { mode: 0o700 });
    // "force": otherwise ssh asks only on a terminal, or only where there is a display.
    this.environment = { SSH_ASKPASS: file, SSH_ASKPASS_REQUIRE: 'force' };
    this.#file = file;
  }

  /** What a line of stderr asks for; null: it is no question. */
  parse(line: string): Asked | null {
    if (!line.startsWith(`${this.#token} `)) return null;
    const [, parent = '', asker = '', hint = '', ...words] = line.split(' ');
    if (!/^\d+$/.test(asker)) return null;
    const fifo = `${this.#file}.${asker}`;
    this.#fifos.push(fifo);
    return { parent: Number(parent), fifo, hint, prompt: words.join(' ').trim() };
  }

  /** The one that asks has ended. */
  async close(): Promise<void> {
    await Promise.all([this.#file, ...this.#fifos].map(removeFile));
  }
}

/** null: it gets no answer. Never rejects. */
export const tellProgram = (fifo: string, answer: string | null): Promise<void> =>
  writeAnswer(fifo, answer === null ? '!' : `=${answer}`);
