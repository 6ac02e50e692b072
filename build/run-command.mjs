// Starts a child and reports its end as a value: nothing here throws because a command failed. execa is loaded by the
// first command: a script may import this file before `npm ci` has run.
import { projectDir } from './paths.mjs';

/** @typedef {{ readonly code: number | null, readonly signal: NodeJS.Signals | null, readonly output: string }} Ended */
/** @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} RunOptions */

/** Collects the output of the command on both streams.
 * @param {string} command @param {readonly string[]} args @param {RunOptions} [options]
 * @returns {Promise<Ended>} code is null when it was killed or could not be started */
export const runQuietly = async (command, args, { cwd = projectDir, env = process.env, signal } = {}) => {
  const { execa } = await import('execa');
  const result = await execa(command, args, {
    cwd,
    env,
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    stripFinalNewline: false,
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const reason = result.exitCode === undefined ? `${result.originalMessage ?? ''}\n` : '';
  return endOf(result, `${result.all}${reason}`);
};

/** Lets the command use our terminal. Aborting interrupts it, as Ctrl-C would, and still waits for its end.
 * @param {string} command @param {readonly string[]} args @param {RunOptions} [options]
 * @returns {Promise<Ended>} */
export const runVisibly = async (command, args, { cwd = projectDir, env = process.env, signal } = {}) => {
  const { execa } = await import('execa');
  const child = execa(command, args, {
    cwd,
    env,
    extendEnv: false,
    stdio: 'inherit',
    cleanup: false,
    reject: false,
  });
  const interrupt = () => void child.kill('SIGINT');
  signal?.addEventListener('abort', interrupt);
  const result = await child;
  signal?.removeEventListener('abort', interrupt);
  return endOf(result, result.exitCode === undefined ? (result.originalMessage ?? '') : '');
};

/** @param {{ exitCode?: number, signal?: string }} result @param {string} output @returns {Ended} */
const endOf = ({ exitCode, signal }, output) => ({
  code: exitCode ?? null,
  signal: /** @type {NodeJS.Signals | undefined} */ (signal) ?? null,
  output,
});
