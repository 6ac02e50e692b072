/**
 * YAML text → a document, within a budget. The library's `parseDocument` reads the whole text unconditionally, and needs
 * half a gigabyte for a million brackets; here its lexer, parser and composer run as a pipeline, and the first
 * exceeded limit stops all three.
 *
 * 1. The lexer is lazy: text after an exceeded limit is not read.
 * 2. At most `maxFaults` errors are kept; after that, reading stops.
 */
import { Composer, Lexer, LineCounter, Parser, type CST, type Document, type ErrorCode } from 'yaml';
import { showValue } from '../../../shared/config-scalars.ts';
import type { SyntaxFault } from './syntax-guess.ts';
import { LimitError, type YamlBudget } from './yaml-budget.ts';

/** More errors than this do not help to fix the file. */
export const maxFaults = 50;

/** The limit of nested open nodes in the parser: far below our own stack limit, since composing is recursive. */
const maxOpen = 256;

/** uniqueKeys compares every key with every other: minutes for a file of 1 MB. `examineNodes` visits each key once. */
const options = { version: '1.1', prettyErrors: false, uniqueKeys: false } as const;

export interface YamlFault {
  readonly message: string;
  /** The offset in the text. */
  readonly offset: number;
  /** Set for a syntax error of the parser. */
  readonly syntax?: SyntaxFault;
}

export interface YamlReading {
  /** null: reading stopped early, and `faults` says why. */
  readonly document: Document | null;
  /** In the order of the text. */
  readonly faults: readonly YamlFault[];
  /** The line of an offset, from 1. */
  readonly lineAt: (offset: number) => number;
}

/** Never throws. `keepSourceTokens`: keeps the position of each token, for edits of the text. */
export function readYaml(
  text: string,
  budget: YamlBudget,
  { keepSourceTokens = false }: { readonly keepSourceTokens?: boolean } = {},
): YamlReading {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const faults = new FaultList();
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const composer = new Composer({ ...options, keepSourceTokens });
  // Its own list would hold an Error with a stack for each of a million errors.
  Object.assign(composer, { onError: faults.onError });
  try {
    const tokens = tokensOf(text, parser, { budget, faults });
    const [document] = composer.compose(tokens, true, text.length);
    const own = document?.errors ?? [];
    for (const { code, message, pos } of own) faults.add(code, message, pos[0]);
    return { document: document ?? null, faults: faults.inOrder(), lineAt };
  } catch (error) {
    if (error !== tooManyFaults) faults.addLast(describeLimit(error), parser.offset);
    return { document: null, faults: faults.inOrder(), lineAt };
  }
}

interface Bounds {
  readonly budget: YamlBudget;
  readonly faults: FaultList;
}

function* tokensOf(text: string, parser: Parser, { budget, faults }: Bounds): Generator<CST.Token> {
  let documents = 0;
  const examined = function* (tokens: Iterable<CST.Token>): Generator<CST.Token> {
    for (const token of tokens) {
      if (token.type === 'error') faults.add('UNEXPECTED_TOKEN', describeToken(token), token.offset);
      else if (token.type === 'document' && ++documents > 1) faults.add('MULTIPLE_DOCS', '', token.offset);
      else yield token;
    }
  };
  for (const lexeme of new Lexer().lex(text)) {
    budget.spendLexeme(lexeme);
    yield* examined(parser.next(lexeme));
    if (documents > 1) return;
    if (parser.stack.length > maxOpen) throw new LimitError('the file is nested too deeply');
  }
  yield* examined(parser.end());
}

/** The token may be part of a password; a bracket is not. */
const describeToken = ({ message, source }: CST.ErrorToken): string =>
  /^[\]}]$/.test(source) ? `${message}: ${showValue(source)}` : message;

const tooManyFaults = new LimitError('too many faults');

class FaultList {
  readonly #faults: YamlFault[] = [];

  readonly onError: ErrorListener = (source, code, message, isWarning = false) => {
    // For example of an unknown tag, which is then ignored.
    if (isWarning) return;
    this.add(
      code,
      message,
      typeof source === 'number' ? source : 'offset' in source ? source.offset : source[0],
    );
  };

  add(code: ErrorCode, message: string, offset: number): void {
    // The composer catches exceptions from here and reports them as another error, so it would pass them on.
    if (this.#faults.length < maxFaults)
      this.#faults.push({
        message: describeSyntaxError(code, message),
        offset,
        syntax: { code, message, offset },
      });
    if (this.#faults.length >= maxFaults) throw tooManyFaults;
  }

  addLast(message: string, offset: number): void {
    this.#faults.push({ message, offset });
  }

  inOrder(): readonly YamlFault[] {
    return this.#faults.toSorted((a, b) => a.offset - b.offset);
  }
}

/** The type of the composer's `onError`, as declared by the library. */
type ErrorListener = (
  source:
    number | readonly [number, number] | readonly [number, number, number] | { readonly offset: number },
  code: ErrorCode,
  message: string,
  isWarning?: boolean,
) => void;

export function describeLimit(error: unknown): string {
  if (error instanceof LimitError) return error.message;
  if (error instanceof RangeError) return 'the file is nested too deeply';
  return `the file cannot be read as YAML (${error instanceof Error ? error.message : String(error)})`;
}

function describeSyntaxError(code: ErrorCode, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'a tab is used where YAML expects spaces';
  if (code === 'MULTIPLE_DOCS') return 'a second YAML document begins here; only one is allowed';
  if (message.includes('call stack')) return 'the file is nested too deeply';
  // Those characters may be part of a password: `password: |swordfish`.
  return `not valid YAML: ${message.replace(/(?<=extra characters|escape sequence)\b.*/s, '')}`;
}
