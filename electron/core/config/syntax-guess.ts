/**
 * The probable cause of a YAML syntax error, and its position. The parser reports where it could not
 * continue, which is often not the line to fix: after a missing quote it is the end of the file. Pure.
 */
import type { ErrorCode } from 'yaml';
import { knownKeys } from './known-keys.ts';

export interface SyntaxFault {
  readonly code: ErrorCode;
  /** The parser's message. */
  readonly message: string;
  /** The offset in the text. */
  readonly offset: number;
}

export interface Guess {
  readonly message: string;
  /** The offset of the text to fix. */
  readonly offset: number;
}

/** null: no guess, so the parser's own message is used. */
export function guessSyntax(text: string, fault: SyntaxFault): Guess | null {
  const lines = new SourceLines(text);
  const at = lines.indexAt(fault.offset);
  for (const guess of guesses) {
    const found = guess({ fault, lines, at });
    if (found !== null) return found;
  }
  return null;
}

interface SyntaxFaultContext {
  readonly fault: SyntaxFault;
  readonly lines: SourceLines;
  /** The index of the line that the parser reports. */
  readonly at: number;
}

const maxExamined = 1_000;

/** The lines of a text, by their index from 0. */
class SourceLines {
  readonly text: string;
  readonly #lines: readonly string[];
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.text = text;
    this.#lines = text.split('\n');
    let start = 0;
    this.#starts = this.#lines.map((line) => (start += line.length + 1) - line.length - 1);
  }

  get count(): number {
    return this.#lines.length;
  }

  /** The beginning of a line, which is enough for a guess. */
  line(index: number): string {
    return (this.#lines[index] ?? '').slice(0, maxExamined);
  }

  indexAt(offset: number): number {
    const next = this.#starts.findIndex((start) => start > offset);
    return next === -1 ? this.#starts.length - 1 : next - 1;
  }

  offset(index: number, column: number): number {
    return (this.#starts[index] ?? 0) + column;
  }

  /** The index of the nearest line with content, in the direction of `step`; null: there is none. */
  saying(from: number, step: 1 | -1): number | null {
    for (let index = from + step; index >= 0 && index < this.count; index += step)
      if (!/^\s*(#|$)/.test(this.line(index))) return index;
    return null;
  }
}

const tab = ({ fault, lines, at }: SyntaxFaultContext): Guess | null => {
  if (fault.code !== 'TAB_AS_INDENT') return null;
  const column = Math.max(0, lines.line(at).indexOf('\t'));
  return {
    message: 'a tab is used here: YAML is indented with spaces only',
    offset: lines.offset(at, column),
  };
};

/** A value that begins with a quote without a closing one in its line. Quoted text of several lines is rare in a config. */
const openQuote = ({ fault, lines, at }: SyntaxFaultContext): Guess | null => {
  if (fault.code === 'BAD_SCALAR_START') return null;
  for (let index = 0; index <= at; index += 1) {
    const column = openQuoteIn(lines.line(index));
    if (column === null) continue;
    const offset = lines.offset(index, column);
    return { message: `the quote ${lines.text[offset] ?? ''} that opens here is not closed`, offset };
  }
  return null;
};

/** The column, from 0, of an opening quote that is not closed. */
function openQuoteIn(line: string): number | null {
  let open: number | null = null;
  for (let column = 0; column < line.length; column += 1) {
    const character = line[column] ?? '';
    if (open !== null) {
      if (character === '\\' && line[open] === '"') column += 1;
      else if (character === line[open]) open = null;
    } else if ((character === '"' || character === "'") && /(^|[-:,[{?])\s*$/.test(line.slice(0, column)))
      open = column;
    else if (character === '#' && /(^|\s)$/.test(line.slice(0, column))) return null;
  }
  return open;
}

const textAfterQuote = ({ fault, lines }: SyntaxFaultContext): Guess | null => {
  const { code, offset } = fault;
  const before = lines.text.slice(0, offset).trimEnd();
  if (code !== 'UNEXPECTED_TOKEN' || !/["']$/.test(before)) return null;
  return {
    message: 'the value ends at the quote before this: put the whole value in quotes of the other kind',
    offset,
  };
};

const bracket = ({ fault, lines }: SyntaxFaultContext): Guess | null => {
  const { message, offset } = fault;
  if (/^Flow (map|sequence) in/.test(message)) {
    const opened = lastOpenBracket(lines.text.slice(0, offset));
    if (opened === null) return null;
    return { message: `the ${lines.text[opened] ?? ''} that opens here is not closed`, offset: opened };
  }
  const [, extra] = /^Unexpected flow-(?:map|seq)-end token.*"([\]}])"/.exec(message) ?? [];
  return extra === undefined ? null : { message: `this ${extra} closes nothing`, offset };
};

/** Brackets within quotes do not count. */
function lastOpenBracket(text: string): number | null {
  const open: number[] = [];
  let quote: string | null = null;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (quote !== null) quote = character === quote ? null : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '{' || character === '[') open.push(index);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '\n') quote = null;
  }
  return open.at(-1) ?? null;
}

/** The beginning of a line with a key: its indentation, a dash, the key. */
const missingSpace = ({ lines, at }: SyntaxFaultContext): Guess | null => {
  const line = lines.line(at);
  const [, dash] = /^(\s*-)[A-Za-z_]/.exec(line) ?? [];
  if (dash !== undefined)
    return { message: 'a space is missing after the dash', offset: lines.offset(at, dash.length) };
  const [, before, key = ''] = /^(\s*(?:- +)?([A-Za-z_][\w-]*):)[^\s/:]/.exec(line) ?? [];
  if (before === undefined || !knownKeys.has(key)) return null;
  return { message: `a space is missing after "${key}:"`, offset: lines.offset(at, before.length) };
};

const colonInValue = ({ fault, lines, at }: SyntaxFaultContext): Guess | null => {
  if (fault.code !== 'BLOCK_AS_IMPLICIT_KEY') return null;
  const [, before] = /^(\s*(?:- +)?[\w-]+: +)[^"'[{#\s].*:(\s|$)/.exec(lines.line(at)) ?? [];
  if (before === undefined) return null;
  return {
    message: 'a value with a colon in it needs quotes around it',
    offset: lines.offset(at, before.length),
  };
};

const missingColon = ({ fault, lines, at }: SyntaxFaultContext): Guess | null => {
  if (fault.code !== 'MULTILINE_IMPLICIT_KEY' && fault.code !== 'MISSING_CHAR') return null;
  const [, before, key = ''] = /^(\s*(?:- +)?([A-Za-z_][\w-]*))(?:\s+[^:]*)?$/.exec(lines.line(at)) ?? [];
  if (before === undefined || !knownKeys.has(key)) return null;
  return { message: `a colon is missing after "${key}"`, offset: lines.offset(at, before.length) };
};

const reservedStart = ({ fault }: SyntaxFaultContext): Guess | null => {
  const [, character] = /character (\S)$/.exec(fault.message) ?? [];
  if (fault.code !== 'BAD_SCALAR_START' || character === undefined) return null;
  return { message: `a value that begins with ${character} needs quotes around it`, offset: fault.offset };
};

/** The first entry of a list has no dash, so it is a mapping. */
const missingDash = ({ fault, lines, at }: SyntaxFaultContext): Guess | null => {
  if (!indentationCodes.has(fault.code) || !isListItem(lines.line(at))) return null;
  for (let other = lines.saying(at, -1); other !== null; other = lines.saying(other, -1)) {
    const line = lines.line(other);
    const difference = startOf(line, true) - startOf(lines.line(at), true);
    if (difference > 0) continue;
    if (difference < 0 || isListItem(line)) return null;
    return {
      message: 'this entry begins with a dash, but what stands above it in the list does not',
      offset: lines.offset(at, startOf(lines.line(at), true)),
    };
  }
  return null;
};

const indentation = ({ fault, lines, at }: SyntaxFaultContext): Guess | null => {
  if (!indentationCodes.has(fault.code)) return null;
  // A value with deeper keys below it: the parser reports the value.
  const next = lines.saying(at, 1);
  if (next !== null && hasValue(lines.line(at)) && columnOf(lines.line(next)) > columnOf(lines.line(at)))
    return wronglyIndented(lines, next, at);
  const isItem = isListItem(lines.line(at));
  for (let other = lines.saying(at, -1); other !== null; other = lines.saying(other, -1)) {
    if (isItem && !isListItem(lines.line(other))) continue;
    const difference = startOf(lines.line(at), isItem) - startOf(lines.line(other), isItem);
    return difference === 0 ? null : wronglyIndented(lines, at, other);
  }
  return null;
};

const indentationCodes: ReadonlySet<ErrorCode> = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
]);

function wronglyIndented(lines: SourceLines, wrong: number, right: number): Guess {
  const isItem = isListItem(lines.line(wrong));
  const [found, expected] = [wrong, right].map((index) => startOf(lines.line(index), isItem));
  const spaces = `${String(found)} ${found === 1 ? 'space' : 'spaces'}`;
  return {
    message: `this line is indented by ${spaces}, the ${isItem ? 'entry' : 'key'} above by ${String(expected)}`,
    offset: lines.offset(wrong, /\S/.exec(lines.line(wrong))?.index ?? 0),
  };
}

const isListItem = (line: string): boolean => /^\s*- /.test(line);
const hasValue = (line: string): boolean => /^\s*(?:- +)?[\w-]+:\s+[^\s#]/.test(line);
/** The column of the key of a line, after the dash of a list. */
const columnOf = (line: string): number => /^\s*(?:- +)?/.exec(line)?.[0].length ?? 0;
const startOf = (line: string, isItem: boolean): number =>
  isItem ? (/\S/.exec(line)?.index ?? 0) : columnOf(line);

const guesses: readonly ((place: SyntaxFaultContext) => Guess | null)[] = [
  tab,
  openQuote,
  textAfterQuote,
  bracket,
  missingSpace,
  colonInValue,
  missingColon,
  reservedStart,
  missingDash,
  indentation,
];
