// The figures that benchmarks print, one JSON object a line, and the table that people read.

/** @typedef {{ figure: string, value: number | null, unit: string, must: string, ok: boolean, note?: string }} Figure */

/** @param {string} line @returns {Figure | undefined} undefined when the line is no figure but talk */
export const figureOf = (line) => {
  if (!line.startsWith('{')) return undefined;
  try {
    /** @type {Figure} */
    const figure = JSON.parse(line);
    return typeof figure.figure === 'string' ? figure : undefined;
  } catch {
    return undefined;
  }
};

/** Three digits that count, at the most.
 * @param {number | null} value null, as JSON has it, where nothing could be measured */
const inDigits = (value) =>
  value !== null && Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '–';

/** @param {readonly Figure[]} figures */
export const figureTable = (figures) => {
  const rows = [
    ['figure', 'measured', 'must', '', ''],
    ...figures.map(({ figure, value, unit, must, ok, note = '' }) => [
      figure,
      `${inDigits(value)} ${unit}`,
      must,
      must === '' ? '' : ok ? 'ok' : 'MISSED',
      note,
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
