/**
 * A page of the documentation as a terminal shows it: the subset of Markdown that our own pages use. Text is wrapped,
 * the rows of a table become entries, and a link to another page names the command that prints it.
 */
import type { Palette } from './palette.ts';
import { wrap } from './text-width.ts';

const pageWidth = 80;
const margin = '  ';

export function terminalPage(markdown: string, { strong }: Pick<Palette, 'strong'>): readonly string[] {
  const blocks = blocksOf(markdown).map((block) => {
    const [first = ''] = block;
    if (first.startsWith('```'))
      return block.slice(1, -1).map((line) => `${margin}${margin}${line}`.trimEnd());
    if (first.startsWith('#')) return [strong(plain(first.replace(/^#+ /, '')))];
    if (first.startsWith('|')) return tableLines(block);
    return block.flatMap((line) => hanging(line));
  });
  return blocks.flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]));
}

/** The blocks between empty lines; code is one block, and a line of text with its continuations is one line. */
function blocksOf(markdown: string): readonly (readonly string[])[] {
  const blocks: string[][] = [];
  let isCode = false;
  let block: string[] = [];
  const end = (): void => {
    if (block.length > 0) blocks.push(block);
    block = [];
  };
  for (const line of markdown.replaceAll(/^<!--.*-->$/gm, '').split('\n')) {
    const isFence = line.trimStart().startsWith('```');
    if (isFence && !isCode) end();
    if (isCode || isFence) block.push(line);
    else if (line === '') end();
    else if (/^(?:[#|]|\s*(?:[-*]|\d+\.) )/.test(line) || block.length === 0) block.push(line);
    else block[block.length - 1] = `${block.at(-1) ?? ''} ${line.trim()}`;
    if (isFence && isCode) end();
    if (isFence) isCode = !isCode;
  }
  end();
  return blocks;
}

/**
 * The first cell of a row names it. In a table with more than two columns, each further cell has its column as a label.
 */
function tableLines([head = '', , ...rows]: readonly string[]): readonly string[] {
  const [, ...names] = cellsOf(head);
  return rows.flatMap((row) => {
    const [name = '', ...cells] = cellsOf(row);
    const lines = cells.flatMap((cell, at) => {
      if (cell === '') return [];
      const text = names.length > 1 && names[at] !== undefined ? `${names[at]}: ${cell}` : cell;
      return wrap(text, pageWidth - 6).map((line) => `${margin.repeat(3)}${line}`);
    });
    return [`${margin}${name}`, ...lines];
  });
}

const cellsOf = (row: string): readonly string[] =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => plain(cell.trim().replaceAll(String.raw`\|`, '|')));

/** A list item is indented after its mark. */
function hanging(line: string): readonly string[] {
  const [, indent = '', mark = '', text = line] = /^(\s*)((?:[-*]|\d+\.) )(.*)$/.exec(line) ?? [];
  const before = `${margin}${indent}${mark}`;
  const lines = wrap(plain(text), pageWidth - before.length);
  return lines.map((part, at) => `${at === 0 ? before : ' '.repeat(before.length)}${part}`);
}

const plain = (text: string): string =>
  text
    .replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, (_link, words: string, target: string) =>
      linkWords(words, target),
    )
    .replaceAll('**', '')
    .replaceAll(/(?<![\w`])_(\w+)_(?![\w`])/g, '$1');

function linkWords(words: string, target: string): string {
  const [, topic] = /^([\w.-]+)\.md(?:#.*)?$/.exec(target) ?? [];
  return topic === undefined ? words : `${words} (localport docs ${topic})`;
}
