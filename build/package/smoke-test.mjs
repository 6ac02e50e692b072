// Starts the packaged app once, as a user with an empty home would: it must start, carry a first forward, and exit.
import path from 'node:path';
import { sandboxArgs } from '../prepared-app.mjs';
import { homeEnvironment, withEmptyHome } from './empty-home.mjs';

const deadlineMs = 60_000;

/** @param {readonly [string, ...string[]]} command @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ readonly code: number | null, readonly output: string }>} */
export const runOnce = async ([executable, ...args], env) => {
  // Installed only once the setup has run.
  const { execa } = await import('execa');
  const app = execa(executable, args, {
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

/** @param {string} home @returns {readonly string[]} */
export const smokeArgs = (home) => [
  ...sandboxArgs,
  // On macOS, Electron asks the system for the home folder, whatever HOME says.
  `--user-data-dir=${path.join(home, 'user-data')}`,
  '--smoke-test',
];

/** @param {readonly [string, ...string[]]} command what starts the app @param {NodeJS.ProcessEnv} env
 * @returns {Promise<readonly string[]>} what is wrong; empty when nothing is */
export const smokeTest = (command, env) =>
  withEmptyHome(async (home) => {
    const { code, output } = await runOnce([...command, ...smokeArgs(home)], {
      ...env,
      ...homeEnvironment(home),
    });
    const isWell = code === 0 && /^smoke-test ok$/m.test(output);
    return isWell
      ? []
      : [`${path.basename(command[0])} did not pass its smoke test: exit code ${code}\n${output}`];
  });
