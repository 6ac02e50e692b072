/**
 * Passes answers to ssh and ssh-add. They run the program in SSH_ASKPASS and read its stdout. Our program makes a
 * FIFO in the private folder, sends the prompt to the host on stderr, and reads the answer from the FIFO. Invariants:
 *
 * 1. An answer is never in an argument, environment, log or file: a FIFO's bytes are only in memory.
 * 2. A prompt is genuine only if it has the token of this program, which no server knows: a banner cannot forge one.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { writeAnswer } from './answer-fifo.ts';
import { removeFile } from '../files/private-path.ts';

export interface AskpassRequest {
  /** The process id of the ssh that asks. */
  readonly parent: number;
  readonly fifo: string;
  /** The value of SSH_ASKPASS_PROMPT. */
  readonly hint: string;
  readonly prompt: string;
}

/** The program never asks about host keys: ssh_config and our own StrictHostKeyChecking decide. */
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
  /** The environment for ssh or ssh-add. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #file: string;
  readonly #token = `localport-askpass-${randomBytes(16).toString('hex')}`;
  readonly #fifos: string[] = [];

  /** Writes the program. Throws if the file cannot be written. */
  constructor(file: string) {
    writeFileSync(file, scriptFor(this.#token), { mode: 0o700 });
    // "force": otherwise ssh uses it only without a terminal, or only with a display.
    this.environment = { SSH_ASKPASS: file, SSH_ASKPASS_REQUIRE: 'force' };
    this.#file = file;
  }

  /** The prompt in a line of stderr; null: it is not a prompt. */
  parse(line: string): AskpassRequest | null {
    if (!line.startsWith(`${this.#token} `)) return null;
    const [, parent = '', asker = '', hint = '', ...words] = line.split(' ');
    if (!/^\d+$/.test(asker)) return null;
    const fifo = `${this.#file}.${asker}`;
    this.#fifos.push(fifo);
    return { parent: Number(parent), fifo, hint, prompt: words.join(' ').trim() };
  }

  /** Call it when ssh or ssh-add has exited. */
  async close(): Promise<void> {
    await Promise.all([this.#file, ...this.#fifos].map(removeFile));
  }
}

/** null: no answer. Never rejects. */
export const answerProgram = (fifo: string, answer: string | null): Promise<void> =>
  writeAnswer(fifo, answer === null ? '!' : `=${answer}`);
