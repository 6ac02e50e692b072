// A display and a session bus for Electron if there is none: an X server in memory and a private D-Bus daemon, both
// started and ended here.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { SetUpError } from './report.mjs';

/** @typedef {{ readonly env: NodeJS.ProcessEnv, readonly close: () => Promise<void> }} Display
 * env: what a program needs to find it, to be added to its environment. */
/** @typedef {{ readonly firstLine: string, readonly end: () => Promise<void> }} Server */

export const hasDisplay = () => Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

const readyWithinMs = 20_000;

/** Starts a server that says where it listens by a line on file descriptor 3. It is detached, so that a Ctrl-C in the
 * terminal does not reach it before the programs that use it have ended.
 * @param {string} command @param {readonly string[]} args
 * @returns {Promise<Server>} */
const startServer = async (command, args) => {
  // Installed only once the setup has run.
  const { execa } = await import('execa');
  const child = execa(command, args, {
    detached: true,
    buffer: false,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    cleanup: false,
    forceKillAfterDelay: false,
    reject: false,
  });
  const killNow = () => void child.kill('SIGKILL');
  process.once('exit', killNow);
  const ended = child.then(({ originalMessage }) => {
    words += originalMessage ?? '';
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
    words = (words + chunk).slice(-2000);
  });
  const announcement = /** @type {import('node:stream').Readable} */ (child.stdio[3]);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), readyWithinMs);
  try {
    const firstLine = await new Promise((resolve, reject) => {
      const fail = () => reject(new SetUpError(`${command} did not start: ${words.trim()}`));
      createInterface(announcement).once('line', resolve);
      void ended.then(fail);
      abort.signal.addEventListener('abort', fail);
    });
    return {
      firstLine,
      end: async () => {
        process.off('exit', killNow);
        child.kill('SIGTERM');
        await ended;
      },
    };
  } catch (error) {
    killNow();
    throw error;
  } finally {
    clearTimeout(timer);
  }
};

/** An Xauthority file with one cookie for any display: who cannot read it, cannot see or type into our windows.
 * @param {string} file */
const writeCookie = async (file) => {
  /** @param {string | Buffer} value */
  const counted = (value) => {
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
  };
  const anyAddress = Buffer.from([0xff, 0xff]);
  await writeFile(
    file,
    Buffer.concat([anyAddress, ...['', '', 'MIT-MAGIC-COOKIE-1', randomBytes(16)].map(counted)]),
    { mode: 0o600 },
  );
};

/** @returns {Promise<Display>} */
const startXServer = async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'localport-x-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const cookie = path.join(folder, 'Xauthority');
  await writeCookie(cookie);
  const screen = ['-screen', '0', '1440x900x24', '-dpi', '96'];
  const server = await startServer('Xvfb', [
    '-displayfd',
    '3',
    '-nolisten',
    'tcp',
    '-auth',
    cookie,
    ...screen,
  ]);
  return {
    env: { DISPLAY: `:${server.firstLine}`, XAUTHORITY: cookie },
    close: server.end,
  };
};

/** @returns {Promise<Display>} */
const startSessionBus = async () => {
  const server = await startServer('dbus-daemon', [
    '--session',
    '--nofork',
    '--nopidfile',
    '--print-address=3',
  ]);
  return { env: { DBUS_SESSION_BUS_ADDRESS: server.firstLine }, close: server.end };
};

/** The missing parts of the environment; closing ends only what was started here.
 * @returns {Promise<Display>} */
export const ensureDisplay = async () => {
  if (process.platform !== 'linux') return { env: {}, close: async () => {} };
  const started = await Promise.all([
    ...(hasDisplay() ? [] : [startXServer()]),
    ...(process.env.DBUS_SESSION_BUS_ADDRESS ? [] : [startSessionBus()]),
  ]);
  return {
    env: Object.assign({}, ...started.map(({ env }) => env)),
    close: async () => {
      await Promise.all(started.map(({ close }) => close()));
    },
  };
};
