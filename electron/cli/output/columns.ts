import { visibleLine } from '../../../shared/visible-text.ts';
import type { Paint } from './palette.ts';
import { shorten, widthOf } from './text-width.ts';

/** A cell and its color: its width is measured before any color is added. */
export interface Cell {
  readonly text: string;
  /** The value for scripts: for example, a time instead of an age. */
  readonly exact?: string;
  readonly paint?: Paint;
  readonly align?: 'right';
}

const gap = '  ';

/** Lines of aligned columns, two spaces apart, without trailing spaces. */
export function alignColumns(table: readonly (readonly Cell[])[]): readonly string[] {
  const rows = visibleCells(table);
  const widths = columnWidths(rows);
  return rows.map((row) => {
    const last = row.findLastIndex((cell) => cell.text !== '');
    return row
      .slice(0, last + 1)
      .map((cell, column) => drawCell(cell, widths[column] ?? 0, column === last))
      .join(gap);
  });
}

/** Before widths are measured: a cell is one line, and an invisible character has a width once it is escaped. */
const visibleCells = (rows: readonly (readonly Cell[])[]): readonly (readonly Cell[])[] =>
  rows.map((row) => row.map((cell) => ({ ...cell, text: visibleLine(cell.text) })));

/** null stands for an omitted column. */
function columnWidths(rows: readonly (readonly Cell[])[]): (number | null)[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, column) =>
    Math.max(0, ...rows.map((row) => widthOf(row[column]?.text ?? ''))),
  );
}

function drawCell({ text, paint = (plain) => plain, align }: Cell, width: number, isLast: boolean): string {
  const padding = ' '.repeat(Math.max(0, width - widthOf(text)));
  if (align === 'right') return padding + paint(text);
  return isLast ? paint(text) : paint(text) + padding;
}

/** How a table is narrowed for a narrow terminal. Columns are counted from 0. */
export type Narrowing =
  | { readonly kind: 'leave-out'; readonly column: number }
  | { readonly kind: 'shorten'; readonly column: number; readonly atLeast: number };

/** One narrowing after another, until the table fits `width` or nothing more can be done. */
export function fitColumns(
  table: readonly (readonly Cell[])[],
  width: number,
  narrowings: readonly Narrowing[],
): readonly (readonly Cell[])[] {
  const rows = visibleCells(table);
  const widths = columnWidths(rows);
  const excess = (): number =>
    widths.filter((each) => each !== null).reduce((sum, each) => sum + each + gap.length, -gap.length) -
    width;
  for (const narrowing of narrowings) {
    const { column } = narrowing;
    const current = widths[column];
    if (excess() <= 0) break;
    if (current === undefined || current === null) continue;
    widths[column] =
      narrowing.kind === 'leave-out'
        ? null
        : Math.min(current, Math.max(narrowing.atLeast, current - excess()));
  }
  return rows.map((row) =>
    row.flatMap((cell, column) => {
      const room = widths[column] ?? null;
      return room === null ? [] : [{ ...cell, text: shorten(cell.text, room) }];
    }),
  );
}
