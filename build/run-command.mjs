// Starts a child and reports its end as a value: nothing here throws because a command failed.
import { spawn } from 'node:child_process';
import { projectDir } from './paths.mjs';

/** @typedef {{ readonly code: number | null, readonly signal: NodeJS.Signals | null, readonly output: string }} Ended */
/** @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} RunOptions */

/** Collects what the command prints on both streams.
 * @param {string} command @param {readonly string[]} args @param {RunOptions} [options]
 * @returns {Promise<Ended>} code is null when it was killed or could not be started */
export const runQuietly = (command, args, { cwd = projectDir, env = process.env, signal } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    /** @param {string} chunk */
    const take = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', (error) =>
      resolve({ code: null, signal: null, output: `${output}${error.message}\n` }),
    );
    child.once('close', (code, endSignal) => resolve({ code, signal: endSignal, output }));
  });

/** Lets the command use our terminal. Aborting interrupts it, as Ctrl-C would, and still waits for its end.
 * @param {string} command @param {readonly string[]} args @param {RunOptions} [options]
 * @returns {Promise<Ended>} */
export const runVisibly = (command, args, { cwd = projectDir, env = process.env, signal } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    const interrupt = () => void child.kill('SIGINT');
    signal?.addEventListener('abort', interrupt);
    child.once('error', (error) => resolve({ code: null, signal: null, output: error.message }));
    child.once('close', (code, endSignal) => {
      signal?.removeEventListener('abort', interrupt);
      resolve({ code, signal: endSignal, output: '' });
    });
  });
