// An empty home folder: it contains everything that the app could find or leave.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** Short: a socket path has at most 104 bytes on macOS, and its own temporary folder takes half of them. */
const parent = process.platform === 'darwin' ? '/tmp' : os.tmpdir();

/** @param {string} home @returns {NodeJS.ProcessEnv} */
export const homeEnvironment = (home) => ({
  HOME: home,
  TMPDIR: path.join(home, 'tmp'),
  XDG_CONFIG_HOME: path.join(home, 'config'),
  XDG_STATE_HOME: path.join(home, 'state'),
  XDG_DATA_HOME: path.join(home, 'data'),
  XDG_CACHE_HOME: path.join(home, 'cache'),
  XDG_RUNTIME_DIR: path.join(home, 'run'),
});

/** The programs that the daemon and its guardian start; node is not among them, wherever the machine has it. */
const systemTools = ['sh', 'env', 'ps', 'cat', 'kill', 'sleep', 'readlink'];

/** For the command: as in a terminal without a display, on a machine without Node.
 * @param {string} home @returns {Promise<NodeJS.ProcessEnv>} */
export const commandEnvironment = async (home) => {
  const bin = path.join(home, 'bin');
  await mkdir(bin, { recursive: true });
  for (const tool of systemTools) {
    const found = ['/bin', '/usr/bin']
      .map((folder) => path.join(folder, tool))
      .find((file) => existsSync(file));
    if (found !== undefined) await symlink(found, path.join(bin, tool));
  }
  return { ...homeEnvironment(home), SHELL: '/bin/sh', PATH: bin };
};

/** @template T @param {(home: string) => Promise<T>} use @returns {Promise<T>} */
export const withEmptyHome = async (use) => {
  const home = await mkdtemp(path.join(parent, 'lp-'));
  try {
    await mkdir(path.join(home, 'run'), { mode: 0o700 });
    await mkdir(path.join(home, 'tmp'), { mode: 0o700 });
    return await use(home);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};
