import type { Paint } from './palette.ts';

/** A cell and how it is drawn: its width is counted before any colour is on it. */
export interface Cell {
  readonly text: string;
  /** What scripts get in its place: a time instead of an age, say. */
  readonly exact?: string;
  readonly paint?: Paint;
  readonly align?: 'right';
}

const gap = '  ';

/** Lines of equal columns, two spaces apart, without spaces at their end. */
export function alignColumns(rows: readonly (readonly Cell[])[]): readonly string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(0, ...rows.map((row) => widthOf(row[column]?.text ?? ''))),
  );
  return rows.map((row) => {
    const last = row.findLastIndex((cell) => cell.text !== '');
    return row
      .slice(0, last + 1)
      .map((cell, column) => drawCell(cell, widths[column] ?? 0, column === last))
      .join(gap);
  });
}

function drawCell({ text, paint = (plain) => plain, align }: Cell, width: number, isLast: boolean): string {
  const padding = ' '.repeat(Math.max(0, width - widthOf(text)));
  if (align === 'right') return padding + paint(text);
  return isLast ? paint(text) : paint(text) + padding;
}

/** Characters as a reader counts them, but for marks that stand on another one. Intl.Segmenter knows better, after 14 ms. */
const widthOf = (text: string): number => Array.from(text.replaceAll(/[\p{M}\u200d]/gu, '')).length;
