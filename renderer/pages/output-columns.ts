/** A table as kubectl prints it, with columns as narrow as what has been printed allows: the popover has little room. Pure. */
const gap = '  ';

export function inColumns(lines: readonly string[]): readonly string[] {
  const rows = lines.map((line) => line.trimEnd().split(/ {2,}/));
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isTable = rows.every((row) => row.length === head.length);
  return rows.map((row) =>
    row
      .map((cell, column) => (isTable ? cell.padEnd(widths[column] ?? 0) : cell))
      .join(gap)
      .trimEnd(),
  );
}
