// The row of the fault bench in seconds instead of minutes, with a daemon whose keepalive is faster in proportion.
import { execFile, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { stop } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleBench } from '../../build/bundle-bench.mjs';
import { faultRowCommand } from '../../build/fault-row.mjs';
import { figureOf } from '../../build/figure-table.mjs';
import { projectDir } from '../../build/paths.mjs';
import { bundleDaemon } from '../../electron/core/process/testing/bundled-program.ts';

/** At least twice the memory of the NAT. */
const idleSeconds = '18';
const keepAliveMs = 1_000;
const rowDeadlineMs = 60_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'nat-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const canMakeNetworks =
  process.getuid?.() === 0 &&
  existsSync('/dev/net/tun') &&
  spawnSync('unshare', ['--net', '--mount', '--pid', '--fork', 'true']).status === 0;

/** The daemon, except for the constant in electron/core/relay/keep-alive.ts. */
function daemonWithQuickKeepAlive(): string {
  const file = bundleDaemon(folder, 'daemon');
  const parts = readFileSync(file, 'utf8').split(/\bkeepAliveDelayMs = [\d_e]+;/);
  expect(parts).toHaveLength(2);
  writeFileSync(file, parts.join(`keepAliveDelayMs = ${keepAliveMs};`));
  return file;
}

/** The figures of the row as text. */
async function runRow(daemon: string): Promise<readonly string[]> {
  const program = path.join(folder, 'faults.mjs');
  await bundleBench(path.join(import.meta.dirname, 'faults-main.ts'), program);
  await stop();
  symlinkSync(path.join(projectDir, 'node_modules'), path.join(folder, 'node_modules'));
  const rowFolder = path.join(folder, 'row');
  mkdirSync(rowFolder);
  const [unshare, ...args] = faultRowCommand(rowFolder, [program, 'forgetful-nat', '1', idleSeconds]);
  const { stdout } = await promisify(execFile)(unshare, args, {
    env: { ...process.env, TMPDIR: rowFolder, LOCALPORT_FAULTS_DAEMON: daemon },
    timeout: rowDeadlineMs,
    killSignal: 'SIGKILL',
  });
  return stdout.split('\n').flatMap((line) => {
    const figure = figureOf(line);
    return figure === undefined ? [] : [`${figure.figure}: ${figure.value}`];
  });
}

describe.skipIf(!canMakeNetworks)('a NAT that forgets silent connections', () => {
  it(
    'loses no connection of a service',
    async () => {
      expect(await runRow(daemonWithQuickKeepAlive())).toEqual([
        `tcp: connections lost that were idle for ${idleSeconds} s: 0`,
        `ssh: connections lost that were idle for ${idleSeconds} s: 0`,
      ]);
    },
    2 * rowDeadlineMs,
  );
});
