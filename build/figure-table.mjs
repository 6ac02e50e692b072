// The figures that benchmarks print, one JSON object per line, and the table for people.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { projectDir } from './paths.mjs';

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

/** Collects the output of a program; lines that are not figures are passed through.
 * @param {import('node:stream').Readable} output @returns {Figure[]} grows until the program ends */
export const figuresOf = (output) => {
  /** @type {Figure[]} */
  const figures = [];
  createInterface(output).on('line', (line) => {
    const figure = figureOf(line);
    if (figure === undefined) console.log(line);
    else figures.push(figure);
  });
  return figures;
};

/** A program that failed.
 * @param {string} figure @param {string} note @returns {Figure} */
export const notMeasured = (figure, note) => ({
  figure,
  value: null,
  unit: '',
  must: 'ends with 0',
  ok: false,
  note,
});

/** At most three significant digits.
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

/** Data about a run besides its figures. `rowSeconds`: how long each row of the fault bench took.
 * @typedef {{ readonly seed?: number | string, readonly electron?: string, readonly rowSeconds?: Readonly<Record<string, number>> }} Run */

/** @param {string} file @param {readonly Figure[]} figures @param {Run} run */
export const save = (file, figures, run) =>
  writeFile(file, `${JSON.stringify({ ...run, node: process.versions.node, figures }, null, 2)}\n`);

/** Prints the table and saves the figures.
 * @param {string} file @param {readonly Figure[]} figures @param {Run} run
 * @returns {Promise<number>} the exit code: 0 when every must is met */
export const publish = async (file, figures, run) => {
  await save(file, figures, run);
  const seed = run.seed === undefined ? '' : `seed ${run.seed}; `;
  console.log(`\n${figureTable(figures)}\n\n${seed}also in ${path.relative(projectDir, file)}`);
  return figures.every(({ ok }) => ok) ? 0 : 1;
};
