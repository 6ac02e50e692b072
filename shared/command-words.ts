/** A command line as text: split into words as a shell would do, but without expansion. Pure. */
import { shellWord } from './shell-word.ts';

/** Quotes group a word; a backslash makes the next character literal, except in single quotes. */
export function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  // Surrogate pairs stay together, since only ASCII characters are special here.
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

/** `{local_port}` is not shell syntax and is left unquoted. */
export const joinWords = (words: readonly string[]): string =>
  words.map((word) => (/^[\w.@:/+,=%{}-]+$/.test(word) ? word : shellWord(word))).join(' ');
