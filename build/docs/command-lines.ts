/**
 * The command lines of a page: the lines of its shell blocks, in order. A block that cannot run everywhere names its
 * requirement in its info string: `sh mac`.
 */

export interface CommandLine {
  readonly text: string;
  /** Line number in the page, from 1. */
  readonly at: number;
  /** The requirement of its block; empty: it runs everywhere. */
  readonly needs: string;
}

/** A line that ends with a backslash, or inside quotes, continues on the next one. */
export function commandLinesOf(markdown: string): readonly CommandLine[] {
  const found: CommandLine[] = [];
  let needs: string | null = null;
  let begun: { readonly text: string; readonly at: number } | null = null;
  for (const [index, line] of markdown.split('\n').entries()) {
    const [fence, info = ''] = /^```(.*)$/.exec(line) ?? [];
    if (fence !== undefined) {
      needs = needs === null && /^sh(?: |$)/.test(info) ? info.slice(2).trim() : null;
      continue;
    }
    if (needs === null || (begun === null && /^\s*(?:#.*)?$/.test(line))) continue;
    const text: string = begun === null ? line : `${begun.text}\n${line}`;
    const at: number = begun?.at ?? index + 1;
    const isOpen = text.endsWith('\\') || (text.split("'").length - 1) % 2 === 1;
    begun = isOpen ? { text, at } : null;
    if (!isOpen) found.push({ text, at, needs });
  }
  return found;
}
