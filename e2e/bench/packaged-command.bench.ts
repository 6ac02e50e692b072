/**
 * How fast the command of the installed app is, on a machine without Node: the packaged script, from the start of the
 * process to its exit. The daemon has four services, as in command.bench.ts.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { writeProfile } from '../../electron/core/testing/user-home.ts';
import { runInScope } from './bench-scope.ts';
import { median, range, reportAtMost, secondsSince } from './figure.ts';
import { InstalledDaemon } from './installed-daemon.ts';
import { startRemoteServers } from '../fixtures/remote-servers.ts';

const runs = 11;
const maxMs = 300;
const projectFolder = path.resolve(import.meta.dirname, '../..');

/** From the newest package; builds one if there is none. */
async function packagedCommand(): Promise<string> {
  const scripts = ['package', 'package-for-tests'].map((folder) =>
    path.join(projectFolder, 'dist', folder, 'linux-unpacked/resources/bin/localport'),
  );
  if (!scripts.some((script) => existsSync(script)))
    await promisify(execFile)(process.execPath, [path.join(projectFolder, 'build/package.mjs')]);
  const script = scripts.find((candidate) => existsSync(candidate));
  if (script === undefined) throw new Error(`there is neither of ${scripts.join(', ')}`);
  return script;
}

/** With nothing on the PATH except what the script needs. */
function environmentIn(home: string): NodeJS.ProcessEnv {
  const bin = path.join(home, 'packaged-bin');
  mkdirSync(bin);
  symlinkSync('/usr/bin/readlink', path.join(bin, 'readlink'));
  return { HOME: home, XDG_RUNTIME_DIR: path.join(home, 'run'), PATH: bin };
}

await runInScope('packaged-command', async (scope) => {
  const script = await packagedCommand();
  const remoteServers = await startRemoteServers();
  scope.own('remote servers', () => remoteServers.dispose());
  const { config, allPorts: ports, env } = remoteServers;
  const daemon = new InstalledDaemon(scope, { config, ports, env });
  writeProfile(daemon, remoteServers);
  await daemon.run('daemon', 'start');
  await daemon.untilHealthy();
  const options = { env: environmentIn(daemon.home) };
  const measure = async (): Promise<number> => {
    const startedAt = performance.now();
    await promisify(execFile)(script, ['status'], options);
    return secondsSince(startedAt) * 1_000;
  };
  // The first one reads the executable from the disk.
  await measure();
  const took: number[] = [];
  for (let run = 0; run < runs; run++) took.push(await measure());
  await daemon.stop();
  reportAtMost(maxMs, {
    figure: 'localport status of the packaged app, no Node on PATH, whole command',
    value: median(took),
    unit: 'ms',
    note: `median of ${took.length}, ${range(took, 0)}`,
  });
});
