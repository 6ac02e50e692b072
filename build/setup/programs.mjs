// Programs that the setup runs before `npm ci` has installed anything: Node alone starts them.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { projectDir } from '../paths.mjs';
import { SetUpError } from './report.mjs';

/** Lets the program use our terminal.
 * @param {string} program @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<boolean>} whether it succeeded */
export const runOnTerminal = (program, args, env = process.env) =>
  new Promise((resolve, reject) => {
    spawn(program, args, { cwd: projectDir, env, stdio: 'inherit' })
      .once('error', reject)
      .once('exit', (code) => resolve(code === 0));
  });

/** Throws if there is no npm.
 * @param {string} [searchPath] */
export const requireNpm = (searchPath = process.env.PATH ?? '') => {
  if (searchPath.split(path.delimiter).some((folder) => existsSync(path.join(folder, 'npm')))) return;
  throw new SetUpError(
    'npm was not found on your PATH. It comes with Node; on Debian and Ubuntu: sudo apt-get install -y npm',
  );
};
