// `npm run bench`: measures the figures that the README quotes. Every e2e/bench/*.bench.ts is a program that prints
// one JSON object for each figure; here they are run one after another, and set as one table.
// `npm run bench -- quit idle` runs those whose file name contains one of the words.
import './setup/node-version.mjs';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { exitOnEndSignals } from './end-signals.mjs';
import { cacheDir, projectDir } from './paths.mjs';
import { withPreparedApp } from './prepared-app.mjs';
import { runMain } from './setup/report.mjs';

/** @typedef {{ figure: string, value: number, unit: string, must: string, ok: boolean, note?: string }} Figure */

const benchDir = path.join(projectDir, 'e2e/bench');
const resultFile = path.join(cacheDir, 'bench.json');

/** @param {readonly string[]} words @returns {Promise<readonly string[]>} */
const benchNames = async (words) => {
  const names = (await readdir(benchDir)).filter((name) => name.endsWith('.bench.ts')).sort();
  return words.length === 0 ? names : names.filter((name) => words.some((word) => name.includes(word)));
};

/** @param {string} line @returns {Figure | undefined} undefined when the line is no figure but talk */
const figureOf = (line) => {
  if (!line.startsWith('{')) return undefined;
  try {
    /** @type {Figure} */
    const figure = JSON.parse(line);
    return typeof figure.figure === 'string' ? figure : undefined;
  } catch {
    return undefined;
  }
};

/** Runs one program; what it prints besides its figures is passed through.
 * @param {string} name @param {NodeJS.ProcessEnv} env
 * @returns {Promise<readonly Figure[]>} */
const runBench = async (name, env) => {
  const { bundleBench } = await import('./bundle-bench.mjs');
  const script = path.join(cacheDir, 'bench', `${name}.mjs`);
  await bundleBench(path.join(benchDir, name), script);
  console.log(`\n── ${name}`);
  // It is there only now. On our own exit it ends the program.
  const { execa } = await import('execa');
  const program = execa(process.execPath, ['--enable-source-maps', script], {
    cwd: projectDir,
    env,
    extendEnv: false,
    buffer: false,
    stdio: ['ignore', 'pipe', 'inherit'],
    reject: false,
  });
  /** @type {Figure[]} */
  const figures = [];
  createInterface(program.stdout).on('line', (line) => {
    const figure = figureOf(line);
    if (figure === undefined) console.log(line);
    else figures.push(figure);
  });
  const { exitCode, shortMessage = '' } = await program;
  if (exitCode === 0) return figures;
  return [
    ...figures,
    { figure: name, value: NaN, unit: '', must: 'ends with 0', ok: false, note: shortMessage },
  ];
};

/** Three digits that count, at the most.
 * @param {number} value */
const inDigits = (value) => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '–');

/** @param {readonly Figure[]} figures */
const table = (figures) => {
  const rows = [
    ['figure', 'measured', 'must', '', ''],
    ...figures.map(({ figure, value, unit, must, ok, note = '' }) => [
      figure,
      `${inDigits(value)} ${unit}`,
      must,
      ok ? 'ok' : 'MISSED',
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

exitOnEndSignals();
await runMain(() =>
  withPreparedApp('test', async ({ electron, env }) => {
    const names = await benchNames(process.argv.slice(2));
    if (names.length === 0) {
      console.log('no benchmark of that name');
      return 1;
    }
    /** @type {Figure[]} */
    const figures = [];
    // One at a time: they measure.
    for (const name of names) figures.push(...(await runBench(name, env)));
    const result = { electron: electron.version, node: process.versions.node, figures };
    await writeFile(resultFile, `${JSON.stringify(result, null, 2)}\n`);
    console.log(`\n${table(figures)}\n\nalso in ${path.relative(projectDir, resultFile)}`);
    return figures.every(({ ok }) => ok) ? 0 : 1;
  }),
);
