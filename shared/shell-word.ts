/** A word as a POSIX shell reads it: in commands that are shown to be copied, and in a ProxyCommand. */
export const shellWord = (word: string): string =>
  /^[\w.@:/+,=%-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
