/** A table in Markdown; prettier aligns its columns. A vertical bar within a cell would end the cell. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`)
    .join('\n');

export const code = (text: string): string => `\`${text}\``;
