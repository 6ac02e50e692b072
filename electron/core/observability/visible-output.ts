/**
 * The one way out to a terminal, a pipe or a file that stands for one. Whatever is written is made visible, except for
 * control sequences of our own. They carry a mark that no file, server or cluster can know, for it is made anew in each
 * process: text that only looks like a color is not one.
 */
import { visibleText } from '../../../shared/visible-text.ts';

/** A stream that is written to. */
export interface Output {
  write(text: string): unknown;
  /** Absent or false: no terminal, so no color and nothing is drawn over. */
  readonly isTTY?: boolean | undefined;
  /** Characters in a line of the terminal. */
  readonly columns?: number | undefined;
  /** Lines that the terminal shows at once. */
  readonly rows?: number | undefined;
}

const markBytes = 16;
let madeMark: string | null = null;

/** Begins with ESC, so one that is cut off is made visible as well. Made when it is needed: a pipe has no colors. */
function mark(): string {
  // As a builtin it costs nothing until then.
  madeMark ??= `\u001b${process.getBuiltinModule('node:crypto').randomBytes(markBytes).toString('hex')}`;
  return madeMark;
}

/** A control sequence of ours (ECMA-48), without its beginning `ESC [`: `31m`, `2A`, `?7l`. */
export const controlSequence = (sequence: string): string => `${mark()}[${sequence}`;

/** Back to the beginning of the line. */
export const carriageReturn = (): string => `${mark()}\r`;

/** What reaches the screen when `text` is written. */
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

/** Wraps a stream, once: one that is wrapped is returned as it is. */
export const visibleOutput = (stream: Output): Output =>
  stream instanceof VisibleOutput ? stream : new VisibleOutput(stream);

/** A line as it may be printed: line feeds in it are written out, tabs divide fields. Sequences of ours stay. */
export const singleLine = (line: string): string => line.replaceAll('\n', '\\n');

export const linesOf = (lines: readonly string[]): string =>
  lines.map((line) => `${singleLine(line)}\n`).join('');
