/** The command lines of a page: the lines of its shell blocks, in order. */

export interface CommandLine {
  readonly text: string;
  /** Line number in the page, from 1. */
  readonly at: number;
}

/** A line that ends with a backslash, or inside quotes, continues on the next one. */
export function commandLinesOf(markdown: string): readonly CommandLine[] {
  const found: CommandLine[] = [];
  let isInBlock = false;
  let begun: { readonly text: string; readonly at: number } | null = null;
  for (const [index, line] of markdown.split('\n').entries()) {
    const [fence, info = ''] = /^```(.*)$/.exec(line) ?? [];
    if (fence !== undefined) {
      isInBlock = !isInBlock && info === 'sh';
      continue;
    }
    if (!isInBlock || (begun === null && /^\s*(?:#.*)?$/.test(line))) continue;
    const text: string = begun === null ? line : `${begun.text}\n${line}`;
    const at: number = begun?.at ?? index + 1;
    const isOpen = text.endsWith('\\') || (text.split("'").length - 1) % 2 === 1;
    begun = isOpen ? { text, at } : null;
    if (!isOpen) found.push({ text, at });
  }
  return found;
}
