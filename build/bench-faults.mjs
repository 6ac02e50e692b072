// `npm run bench:faults`: faults, and their effect on LocalPort's users. Each row of e2e/faults/rows injects one fault
// in its own namespaces (network, processes, mounts), which end with everything that the row has started. One row at a
// time.
//
// `npm run bench:faults -- sshd-away` runs the rows with that name, or whose names contain the word, `-- --list` lists
// them, `-- --seed 7` repeats the moments of an earlier run, `-- --seconds 30` shortens the rows that take minutes.
import './setup/node-version.mjs';
import { spawn, execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { exitOnEndSignals } from './end-signals.mjs';
import { faultRowCommand } from './fault-row.mjs';
import { figureTable, figuresOf, notMeasured, publish, save } from './figure-table.mjs';
import { cacheDir, projectDir } from './paths.mjs';
import { SetUpError, runMain } from './setup/report.mjs';

/** @typedef {import('./figure-table.mjs').Figure} Figure */
/** @typedef {{ name: string, what: string, watchesSeconds?: number }} Row */
/** @typedef {{ seed: number, seconds: readonly string[] }} Settings */

const program = path.join(cacheDir, 'bench', 'faults.mjs');
const rowDeadlineMs = 240_000;

const checkMachine = () => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new SetUpError('bench:faults needs root on Linux: each row runs in namespaces of its own.');
  try {
    execFileSync('unshare', ['--net', '--mount', '--pid', '--fork', 'true'], { stdio: 'pipe' });
  } catch (error) {
    throw new SetUpError(`bench:faults cannot make namespaces here: ${String(error)}`);
  }
};

/** A whole name selects that row alone, anything else all rows that contain it.
 * @param {readonly Row[]} rows @param {string} name @param {string} word */
const isMeant = (rows, name, word) =>
  rows.some((row) => row.name === word) ? name === word : name.includes(word);

/** @param {readonly string[]} words @returns {readonly Row[]} */
const rowsOf = (words) => {
  /** @type {Row[]} */
  const rows = JSON.parse(execFileSync(process.execPath, [program, '--list'], { encoding: 'utf8' }));
  return words.length === 0
    ? rows
    : rows.filter(({ name }) => words.some((word) => isMeant(rows, name, word)));
};

/** @param {Row} row @param {Settings} settings @param {NodeJS.ProcessEnv} env @returns {Promise<readonly Figure[]>} */
const runRow = async ({ name, what, watchesSeconds = 0 }, { seed, seconds }, env) => {
  console.log(`\n── ${name}: ${what}`);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lp-faults-'));
  const [unshare, ...args] = faultRowCommand(folder, [program, name, String(seed), ...seconds]);
  const child = spawn(unshare, args, {
    cwd: projectDir,
    env: { ...env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Ending unshare ends the whole namespace.
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', stop);
  const deadlineMs = rowDeadlineMs + watchesSeconds * 1_000;
  const deadline = setTimeout(() => void child.kill('SIGKILL'), deadlineMs);
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  const figures = figuresOf(child.stdout);
  const end = await ended;
  clearTimeout(deadline);
  process.off('exit', stop);
  rmSync(folder, { recursive: true, force: true });
  if (end !== 0) figures.push(notMeasured('the row is measured', String(end)));
  if (figures.length > 0) console.log(figureTable(figures));
  return figures.map((one) => ({ ...one, figure: `${name}: ${one.figure}` }));
};

/** The daemon and kubectl, without Electron.
 * @returns {Promise<NodeJS.ProcessEnv>} */
const prepare = async () => {
  const { ensureSystemPackages } = await import('./setup/system-packages.mjs');
  await ensureSystemPackages('test');
  const { ensureDependencies } = await import('./setup/dependencies.mjs');
  await ensureDependencies();
  const { ensureKubectl } = await import('./setup/kubectl.mjs');
  const kubectl = await ensureKubectl();
  const { bundle } = await import('./bundle.mjs');
  await bundle();
  const { bundleBench } = await import('./bundle-bench.mjs');
  await bundleBench(path.join(projectDir, 'e2e/faults/faults-main.ts'), program);
  return { ...process.env, ...(kubectl === undefined ? {} : { LOCALPORT_KUBECTL: kubectl }) };
};

exitOnEndSignals();
await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { list: { type: 'boolean' }, seed: { type: 'string' }, seconds: { type: 'string' } },
  });
  checkMachine();
  const env = await prepare();
  const rows = rowsOf(positionals);
  if (values.list === true) {
    for (const { name, what } of rows) console.log(`${name.padEnd(24)} ${what}`);
    return 0;
  }
  if (rows.length === 0) throw new SetUpError('no row of that name: npm run bench:faults -- --list');
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  console.log(`seed ${seed}`);
  const settings = { seed, seconds: values.seconds === undefined ? [] : [values.seconds] };
  /** @type {Figure[]} */
  const figures = [];
  /** @type {Record<string, number>} */
  const rowSeconds = {};
  const file = path.join(cacheDir, 'bench-faults.json');
  for (const row of rows) {
    const startedAt = performance.now();
    figures.push(...(await runRow(row, settings, env)));
    rowSeconds[row.name] = Math.round((performance.now() - startedAt) / 1_000);
    // An interrupted run keeps its measured rows.
    await save(file, figures, { seed, rowSeconds });
  }
  return publish(file, figures, { seed, rowSeconds });
});
