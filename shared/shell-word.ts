/** Quotes a word for a POSIX shell: in commands shown for copying, and in a ProxyCommand. */
export const shellWord = (word: string): string =>
  /^[\w.@:/+,=%-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
