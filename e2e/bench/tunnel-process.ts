/** The process of one of the app's tunnels: killed, or started again by hand. Linux only: it is found in /proc. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { World } from '../fixtures/electron-app.ts';
import { secondsSince } from './figure.ts';

const deathDeadlineSeconds = 1;
const ownStartDeadlineMs = 20_000;

/** The output of ssh when its control socket accepts forwards, and of kubectl when it forwards. */
const readyLine = /^debug1: Entering interactive session\.$|^Forwarding from 127\.0\.0\.1:\d+ -> /;

/** Returns when the process has closed its sockets, which takes about a millisecond: ps would be too slow to see it. */
export function killNow(pid: number): void {
  const killedAt = performance.now();
  process.kill(pid, 'SIGKILL');
  while (!hasClosedItsFiles(pid)) {
    if (secondsSince(killedAt) > deathDeadlineSeconds) throw new Error(`process ${pid} outlives SIGKILL`);
  }
}

/** Each thread closes them before it becomes a zombie, the first one perhaps before the others: proc_pid_stat(5). */
function hasClosedItsFiles(pid: number): boolean {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    const [state, threads] = [fields[0], fields[17]];
    return state === 'Z' && threads === '1';
  } catch {
    return true;
  }
}

/**
 * How long a tunnel's command takes alone, in s: the same program with the same arguments and environment, connected to
 * the same server, from its start until it reports that it forwards. Only its sockets are in another folder.
 */
export async function measureOwnStart({ env }: Pick<World, 'env'>, pid: number): Promise<number> {
  const folder = await mkdtemp(path.join(env['TMPDIR'] ?? '', 'own-'));
  const appFolder = path.join(env['XDG_RUNTIME_DIR'] ?? '', 'localport');
  const argv = (await readWords(pid, 'cmdline')).map((word) => word.replace(appFolder, folder));
  const variables = (await readWords(pid, 'environ')).map((word) => word.split(/=(.*)/s));
  const [file = '', ...args] = argv;
  const startedAt = performance.now();
  const child = spawn(file, args, {
    env: Object.fromEntries(variables) as Record<string, string>,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: ownStartDeadlineMs,
  });
  const exited = once(child, 'exit');
  try {
    const notReady = exited.then(() => Promise.reject(new Error(`not ready: ${argv.join(' ')}`)));
    await Promise.race([saysReady(child.stdout), saysReady(child.stderr), notReady]);
    return secondsSince(startedAt);
  } finally {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  }
}

/** The words of `cmdline` and `environ` (proc(5)) each end in a NUL. */
const readWords = async (pid: number, file: 'cmdline' | 'environ'): Promise<readonly string[]> =>
  (await readFile(`/proc/${pid}/${file}`, 'utf8')).split('\0').slice(0, -1);

const saysReady = (stream: Readable): Promise<void> =>
  new Promise((resolve) => {
    createInterface({ input: stream }).on('line', (line) => {
      if (readyLine.test(line)) resolve();
    });
  });
