/** A command line in one text field: words as a shell would part them, without anything that a shell would expand. Pure. */
import { shellWord } from '../../shared/shell-word.ts';

/** Quotes hold a word together; a backslash takes the next character as it is, but not within single quotes. */
export function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  // Halves of characters beyond the first plane stay together: only ASCII means something here.
  for (let at = 0; at < line.length; at += 1) {
    const letter = line.charAt(at);
    if (quote === null && /\s/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (letter === quote) quote = null;
    else if (quote === null && (letter === '"' || letter === "'")) {
      quote = letter;
      word ??= '';
    } else if (letter === '\\' && quote !== "'" && at + 1 < line.length) {
      at += 1;
      word = (word ?? '') + line.charAt(at);
    } else word = (word ?? '') + letter;
  }
  if (word !== null) words.push(word);
  return words;
}

/** `{local_port}` is no shell's business: it stays readable. */
export const joinWords = (words: readonly string[]): string =>
  words.map((word) => (/^[\w.@:/+,=%{}-]+$/.test(word) ? word : shellWord(word))).join(' ');
