/** The words of a line of an ssh_config, split as ssh does (`argv_split` in misc.c). Pure. */

export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string;
  readonly words: readonly string[];
}

/** null: an empty line or a comment. Linear time, whatever is in the line. */
export function readConfigLine(line: string): ConfigLine | null {
  // Trimmed first: an expression that has to find the end of the blanks itself takes quadratic time.
  const trimmed = line.trim();
  const opening = /^(?:"([^"]*)"|([^\s="#]+))(?:\s*=\s*|\s+|$)/.exec(trimmed);
  if (opening === null) return null;
  const [whole, quoted, plain] = opening;
  return { keyword: (quoted ?? plain ?? '').toLowerCase(), words: wordsOf(trimmed.slice(whole.length)) };
}

/** Quotes keep blanks, a backslash escapes a quote, a backslash or a blank, and `#` at the start of a word begins a comment. */
function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (isBlank(text[at])) {
      at += 1;
      continue;
    }
    if (text[at] === '#') break;
    const { word, end } = wordAt(text, at);
    words.push(word);
    at = end;
  }
  return words;
}

function wordAt(text: string, start: number): { readonly word: string; readonly end: number } {
  const parts: string[] = [];
  let quote: string | null = null;
  let at = start;
  for (; at < text.length; at++) {
    const sign = text[at] ?? '';
    const next = text[at + 1] ?? '';
    if (quote === null && isBlank(sign)) break;
    if (sign === '\\' && (/["'\\]/.test(next) || (quote === null && next === ' '))) {
      parts.push(next);
      at += 1;
    } else if (sign === quote) quote = null;
    else if (quote === null && (sign === '"' || sign === "'")) quote = sign;
    else parts.push(sign);
  }
  return { word: parts.join(''), end: at };
}

const isBlank = (sign: string | undefined): boolean => sign === ' ' || sign === '\t';
