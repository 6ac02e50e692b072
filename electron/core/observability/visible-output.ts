/**
 * All output to a terminal, a pipe or a file goes through here. Control characters in it are made visible, except for our own
 * control sequences. Those carry a mark that no file, server or cluster can know, since it is created in each process: text
 * that merely looks like a color is not one.
 */
import { visibleText } from '../../../shared/visible-text.ts';

/** An output stream. */
export interface Output {
  write(text: string): unknown;
  /** Absent or false: not a terminal, so there is no color and nothing is overwritten. */
  readonly isTTY?: boolean | undefined;
  /** The width of the terminal, in characters. */
  readonly columns?: number | undefined;
  /** The height of the terminal, in lines. */
  readonly rows?: number | undefined;
}

const markBytes = 16;
let madeMark: string | null = null;

/** Begins with ESC, so a truncated mark is made visible as well. Created on demand: a pipe has no colors. */
function mark(): string {
  // As a builtin it costs nothing before that.
  madeMark ??= `\u001b${process.getBuiltinModule('node:crypto').randomBytes(markBytes).toString('hex')}`;
  return madeMark;
}

/** A control sequence of ours (ECMA-48), without its beginning `ESC [`: `31m`, `2A`, `?7l`. */
export const controlSequence = (sequence: string): string => `${mark()}[${sequence}`;

/** Back to the beginning of the line. */
export const carriageReturn = (): string => `${mark()}\r`;

/** The text that reaches the screen when `text` is written. */
export function onScreen(text: string): string {
  if (madeMark === null) return visibleText(text);
  const [first = '', ...rest] = text.split(madeMark);
  return [visibleText(first), ...rest.map(afterMark)].join('');
}

function afterMark(text: string): string {
  const own = /^(?:\r|\[[?\d;]*[A-Za-z])/.exec(text)?.[0];
  if (own === undefined) return visibleText(`\u001b${text}`);
  return `${own === '\r' ? '' : '\u001b'}${own}${visibleText(text.slice(own.length))}`;
}

class VisibleOutput implements Output {
  readonly #stream: Output;

  constructor(stream: Output) {
    this.#stream = stream;
  }

  get isTTY(): boolean | undefined {
    return this.#stream.isTTY;
  }

  get columns(): number | undefined {
    return this.#stream.columns;
  }

  get rows(): number | undefined {
    return this.#stream.rows;
  }

  write(text: string): unknown {
    return this.#stream.write(onScreen(text));
  }
}

/** Wraps a stream; a stream that is already wrapped is returned unchanged. */
export const visibleOutput = (stream: Output): Output =>
  stream instanceof VisibleOutput ? stream : new VisibleOutput(stream);

/** A line for printing: line feeds in it are escaped, tabs separate fields. Our own sequences are kept. */
export const singleLine = (line: string): string => line.replaceAll('\n', '\\n');

export const linesOf = (lines: readonly string[]): string =>
  lines.map((line) => `${singleLine(line)}\n`).join('');
