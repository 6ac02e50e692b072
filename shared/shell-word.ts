/** A word as a POSIX shell reads it, for commands that are shown to be copied. */
export const shellWord = (word: string): string =>
  /^[\w.@:/+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
