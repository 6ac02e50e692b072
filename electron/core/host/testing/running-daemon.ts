/** The real headless daemon in its own home folder, observed from outside: through its control socket and its processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '../../../../e2e/fixtures/eventually.ts';
import type { Snapshot } from '../../../../shared/service-snapshot.ts';
import { systemClock as clock } from '../../clock.ts';
import type { AppPaths } from '../../config/app-paths.ts';
import { connectControl, type ControlClient } from '../../control/control-client.ts';
import { userEnvironment, userPaths, writeProfile } from '../../testing/user-home.ts';
import { controlSocketPath } from '../../control/control-paths.ts';
import { bundleDaemon } from '../../process/testing/bundled-program.ts';

/** How a file is saved: written in place, or by renaming a new file over the old one, as many editors do. */
export type SaveStyle = 'in place' | 'by rename';

export interface RunningDaemon {
  readonly client: ControlClient;
  readonly pid: number;
  readonly paths: AppPaths;
  readonly configFile: string;
  snapshot(): Promise<Snapshot>;
  /** How often a valid config has been loaded since the start, according to the host's log. */
  readonly loads: number;
  save(text: string, style: SaveStyle): void;
  stop(): Promise<void>;
}

export interface DaemonSetting {
  readonly config: string;
  /** The variables of the user's login shell. */
  readonly env: Readonly<Record<string, string>>;
}

/** Resolves when the config is loaded with the variables of the login shell. */
export async function startDaemon({ config, env }: DaemonSetting): Promise<RunningDaemon> {
  const home = mkdtempSync(path.join(tmpdir(), 'daemon-'));
  const runFolder = path.join(home, 'run');
  const configFile = path.join(home, '.localport.yaml');
  const save = (text: string, style: SaveStyle): void => {
    const target = style === 'in place' ? configFile : path.join(home, '.localport.yaml.new');
    writeFileSync(target, text, { mode: 0o600 });
    if (target !== configFile) renameSync(target, configFile);
  };
  mkdirSync(runFolder, { mode: 0o700 });
  writeProfile({ home }, { env });
  save(config, 'in place');

  const program = bundleDaemon(home);
  const ownEnvironment = userEnvironment(home, runFolder);
  const paths = userPaths(ownEnvironment);
  const daemon = spawn(process.execPath, [program, '--log-level', 'debug'], {
    cwd: home,
    env: { ...ownEnvironment, ...env },
    stdio: 'ignore',
  });
  const ended = once(daemon, 'close');
  const client = await connectTo(controlSocketPath(paths));
  let loads = 0;
  const query = { services: [null], tailLines: null, since: null, until: null, grep: null };
  void client.stream(
    'logs',
    { query, follow: true },
    {
      onEvent: ({ lines }) => {
        loads += lines.filter((line) => / config: .* has \d+ services?$/.test(line)).length;
      },
    },
  );
  // First with the variables of its own environment, then with those of the login shell.
  await eventually('the config is loaded with the login environment', () => loads >= 2, 30_000);
  return {
    client,
    pid: daemon.pid ?? 0,
    paths,
    configFile,
    snapshot: async () => {
      const answer = await client.request('snapshot', {});
      if (!answer.ok) throw new Error(answer.error.message);
      return answer.value;
    },
    get loads() {
      return loads;
    },
    save,
    stop: async () => {
      client.close();
      daemon.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function connectTo(socketPath: string): Promise<ControlClient> {
  const clients: ControlClient[] = [];
  await eventually('the daemon answers', async () => {
    const connected = await connectControl({ socketPath, clock, version: 'test' });
    if (connected.ok) clients.push(connected.value);
    return connected.ok;
  });
  const [client] = clients;
  if (client === undefined) throw new Error('not connected');
  return client;
}
