// Starts the packaged app once, as a user with an empty home would: it must come up, carry a first forward, and end.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sandboxArgs } from './prepared-app.mjs';

const deadlineMs = 60_000;

/** @param {string} home @returns {NodeJS.ProcessEnv} everything that the app could find or leave lies in there */
const emptyHome = (home) => ({
  HOME: home,
  XDG_CONFIG_HOME: path.join(home, 'config'),
  XDG_STATE_HOME: path.join(home, 'state'),
  XDG_DATA_HOME: path.join(home, 'data'),
  XDG_CACHE_HOME: path.join(home, 'cache'),
  XDG_RUNTIME_DIR: path.join(home, 'run'),
});

/** @param {string} executable @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ readonly code: number | null, readonly output: string }>} */
const runOnce = async (executable, env) => {
  // It is there only once the set-up has run.
  const { execa } = await import('execa');
  const app = execa(executable, [...sandboxArgs, '--smoke-test'], {
    env,
    extendEnv: false,
    detached: true,
    stdin: 'ignore',
    all: true,
    reject: false,
  });
  // Its whole group: Chromium's helpers hold the pipes as well.
  const kill = () => {
    if (app.pid !== undefined) process.kill(-app.pid, 'SIGKILL');
  };
  process.once('exit', kill);
  let late = '';
  const timer = setTimeout(() => {
    late = `\nno end within ${deadlineMs / 1000} s`;
    kill();
  }, deadlineMs);
  const { exitCode, all, originalMessage = '' } = await app;
  clearTimeout(timer);
  process.off('exit', kill);
  return { code: exitCode ?? null, output: `${all}${originalMessage}${late}` };
};

/** @param {string} executable @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ readonly ok: boolean, readonly output: string }>} */
export const smokeTest = async (executable, env) => {
  const home = await mkdtemp(path.join(os.tmpdir(), 'lp-'));
  try {
    await mkdir(path.join(home, 'run'), { mode: 0o700 });
    const { code, output } = await runOnce(executable, { ...env, ...emptyHome(home) });
    return { ok: code === 0 && /^smoke-test ok$/m.test(output), output: `${output}\nexit code ${code}` };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};
