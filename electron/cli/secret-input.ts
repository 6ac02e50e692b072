/** Passwords and answers from the user: typed without echo, or read from a pipe. */
import { StringDecoder } from 'node:string_decoder';
import type { Output } from '../core/observability/visible-output.ts';
import { maxSecretBytes } from '../core/secrets/secret-tools.ts';
import type { CommandContext, Input } from './command-context.ts';
import { CommandFailure, usageFailure } from './command-failure.ts';

type Terminal = Input & { setRawMode(isRaw: boolean): unknown };

const keys = { enter: /[\r\n]/, erase: /[\x7f\b]/, eraseLine: '\x15', interrupt: '\x03', end: '\x04' };

/** Fails if there is none, or if it cannot be stored. */
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

export interface Answers {
  /** Typed without echo, or the next line of a pipe; null: none. One question at a time. */
  readonly ask: (prompt: string, canceled: AbortSignal) => Promise<string | null>;
  /** A pipe that stays open would prevent the process from exiting. */
  readonly close: () => void;
}

export function answersOf({ openStdin, stderr, signal }: CommandContext): Answers {
  const stdin = openStdin();
  if (isTerminal(stdin)) {
    const ask: Answers['ask'] = (prompt, canceled) =>
      askHidden({ terminal: stdin, stderr, signal: AbortSignal.any([signal, canceled]) }, prompt);
    return { ask, close: () => undefined };
  }
  const nextLine = linesOf(stdin);
  return {
    ask: (_prompt, canceled) => nextLine(AbortSignal.any([signal, canceled])),
    close: () => void stdin.destroy?.(),
  };
}

/** Each line as soon as it arrives: a pipe need not end before a question is answered. null: no more, or aborted. */
function linesOf(stdin: Input): (signal: AbortSignal) => Promise<string | null> {
  const decoder = new StringDecoder('utf8');
  const chunks = stdin[Symbol.asyncIterator]();
  let text = '';
  let hasEnded = false;
  let reading: Promise<void> | null = null;
  const read = async (): Promise<void> => {
    const chunk = await chunks.next().catch(() => null);
    if (chunk === null || chunk.done === true) hasEnded = true;
    else text += typeof chunk.value === 'string' ? chunk.value : decoder.write(chunk.value);
    reading = null;
  };
  return async (signal) => {
    while (!hasEnded && !text.includes('\n') && text.length <= 2 * maxSecretBytes) {
      reading ??= read();
      await Promise.race([reading, whenAborted(signal)]);
      if (signal.aborted) return null;
    }
    if (text === '') return null;
    const [line = '', ...rest] = text.split('\n');
    text = rest.join('\n');
    return line.replace(/\r$/, '');
  };
}

const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

interface Asking {
  readonly terminal: Terminal;
  readonly stderr: Output;
  readonly signal: AbortSignal;
}

async function askHidden({ terminal, stderr, signal }: Asking, prompt: string): Promise<string | null> {
  if (signal.aborted) return null;
  const line = readLine(terminal, signal);
  // Not before the terminal has stopped echoing: whoever sees the prompt may type at once.
  stderr.write(prompt);
  const typed = await line;
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

/** The typed text up to Enter; null: Ctrl-C, or Ctrl-D on an empty line. */
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
    // The terminal neither echoes nor edits the typed text.
    terminal.setRawMode(true);
    terminal.on('data', take);
    terminal.resume();
  });
}
