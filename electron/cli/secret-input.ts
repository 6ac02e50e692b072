/** Passwords and answers from whoever runs the command: typed without being shown, or from a pipe. */
import { StringDecoder } from 'node:string_decoder';
import type { Output } from '../core/observability/visible-output.ts';
import { maxSecretBytes } from '../core/secrets/secret-tools.ts';
import type { CommandContext, Input } from './command-context.ts';
import { CommandFailure, usageFailure } from './command-failure.ts';

type Terminal = Input & { setRawMode(isRaw: boolean): unknown };

const keys = { enter: /[\r\n]/, erase: /[\x7f\b]/, eraseLine: '\x15', interrupt: '\x03', end: '\x04' };

/** Fails when there is none, or when it cannot be kept. */
export async function readSecretInput(
  { openStdin, stderr, signal }: CommandContext,
  prompt: string,
): Promise<string> {
  const stdin = openStdin();
  if (!isTerminal(stdin)) return checked((await readAll(stdin)).replace(/\r?\n$/, ''));
  const typed = await askHidden({ terminal: stdin, stderr, signal }, prompt);
  if (typed === null) throw new CommandFailure('nothing was stored');
  return checked(typed);
}

export type Answers = (prompt: string, cancelled: AbortSignal) => Promise<string | null>;

/** Answers to questions, one after the other: typed without being shown, or the lines of a pipe. null: none. */
export function answersOf({ openStdin, stderr, signal }: CommandContext): Answers {
  const stdin = openStdin();
  if (isTerminal(stdin)) {
    return (prompt, cancelled) =>
      askHidden({ terminal: stdin, stderr, signal: AbortSignal.any([signal, cancelled]) }, prompt);
  }
  const given = readAll(stdin).then((text) => {
    const lines = text.split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    return lines;
  });
  return async (_prompt, cancelled) => {
    const left = await Promise.race([given, whenAborted(AbortSignal.any([signal, cancelled]))]);
    return left?.shift() ?? null;
  };
}

const whenAborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });

interface Asking {
  readonly terminal: Terminal;
  readonly stderr: Output;
  readonly signal: AbortSignal;
}

async function askHidden({ terminal, stderr, signal }: Asking, prompt: string): Promise<string | null> {
  if (signal.aborted) return null;
  stderr.write(prompt);
  const typed = await readLine(terminal, signal);
  stderr.write('\n');
  return typed;
}

const isTerminal = (stdin: Input): stdin is Terminal =>
  stdin.isTTY === true && stdin.setRawMode !== undefined;

function checked(value: string): string {
  if (value === '') throw usageFailure('the password is empty');
  if (/\p{Cc}/u.test(value)) throw usageFailure('the password contains a line break or a control character');
  if (Buffer.byteLength(value) > maxSecretBytes)
    throw usageFailure(`the password is longer than ${maxSecretBytes} bytes`);
  return value;
}

async function readAll(stdin: Input): Promise<string> {
  const decoder = new StringDecoder('utf8');
  let text = '';
  for await (const chunk of stdin) {
    text += typeof chunk === 'string' ? chunk : decoder.write(chunk);
    if (text.length > 2 * maxSecretBytes) break;
  }
  return text;
}

/** What is typed up to Enter; null: Ctrl-C, or Ctrl-D on an empty line. */
function readLine(terminal: Terminal, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const decoder = new StringDecoder('utf8');
    let typed = '';
    const settle = (line: string | null): void => {
      terminal.off('data', take);
      signal.removeEventListener('abort', cancel);
      terminal.setRawMode(false);
      terminal.pause();
      resolve(line);
    };
    const cancel = (): void => {
      settle(null);
    };
    const take = (chunk: Buffer | string): void => {
      for (const key of typeof chunk === 'string' ? chunk : decoder.write(chunk)) {
        if (keys.enter.test(key)) return settle(typed);
        if (key === keys.interrupt || (key === keys.end && typed === '')) return settle(null);
        if (keys.erase.test(key)) typed = typed.replace(/.$/su, '');
        else if (key === keys.eraseLine) typed = '';
        else if (typed.length <= maxSecretBytes) typed += key;
      }
    };
    signal.addEventListener('abort', cancel, { once: true });
    // The terminal neither shows nor edits what is typed.
    terminal.setRawMode(true);
    terminal.on('data', take);
    terminal.resume();
  });
}
