/**
 * How fast the command is, as its user runs it: node with dist/localport.cjs, from the start of the process to its
 * exit. The daemon has four services: a real ssh, a real kubectl, tcp, and a command.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { writeProfile } from '../../electron/core/testing/user-home.ts';
import { runInScope } from './bench-scope.ts';
import { median, range, reportAtMost, secondsSince } from './figure.ts';
import { InstalledDaemon } from './installed-daemon.ts';
import { startRemoteServers } from '../fixtures/remote-servers.ts';

const commandRuns = 21;
const lifeRuns = 7;
const maxMs = { help: 120, status: 150 } as const;
const maxSeconds = { start: 1.5, stop: 0.6 } as const;

interface CommandTimes {
  /** All in ms. */
  readonly node: number;
  readonly help: number;
  readonly status: number;
}

/**
 * The lower limit for any command in Node, at this moment, on this machine. Its environment is as clean as the
 * daemon's: NODE_EXTRA_CA_CERTS alone costs every start 30 ms.
 */
const measureNode = async (): Promise<number> => {
  const startedAt = performance.now();
  await promisify(execFile)(process.execPath, ['-e', '0'], { env: { PATH: process.env['PATH'] } });
  return secondsSince(startedAt) * 1_000;
};

const measureCommands = async (daemon: InstalledDaemon): Promise<CommandTimes> => ({
  node: await measureNode(),
  help: (await daemon.run('--help')) * 1_000,
  status: (await daemon.run('status')) * 1_000,
});

interface Life {
  /** All in s. */
  readonly command: number;
  readonly up: number;
  readonly stop: number;
}

async function measureLife(daemon: InstalledDaemon): Promise<Life> {
  const startedAt = performance.now();
  const command = await daemon.run('daemon', 'start');
  await daemon.until('up', ({ phase }) => phase === 'up');
  const up = secondsSince(startedAt);
  await daemon.untilHealthy();
  return { command, up, stop: await daemon.stop() };
}

function reportCommands(times: readonly CommandTimes[]): void {
  const node = median(times.map((time) => time.node));
  for (const [name, figure] of [
    ['help', 'localport --help'],
    ['status', 'localport status, a daemon with 4 services'],
  ] as const) {
    const took = times.map((time) => time[name]);
    reportAtMost(maxMs[name], {
      figure: `${figure}, whole command`,
      value: median(took),
      unit: 'ms',
      note: `median of ${took.length}, ${range(took, 0)}; ${(median(took) / node).toFixed(2)} times node -e 0 (${node.toFixed(0)} ms)`,
    });
  }
}

function reportLives(lives: readonly Life[]): void {
  const ups = lives.map(({ up }) => up);
  const stops = lives.map(({ stop }) => stop);
  reportAtMost(maxSeconds.start, {
    figure: 'localport daemon start, to all 4 services up',
    value: median(ups),
    unit: 's',
    note: `median of ${ups.length}, ${range(ups)}; the command alone ${median(lives.map(({ command }) => command)).toFixed(2)}`,
  });
  reportAtMost(maxSeconds.stop, {
    figure: 'localport daemon stop with 4 services up, whole command',
    value: median(stops),
    unit: 's',
    note: `median of ${stops.length}, ${range(stops)}; nothing was left`,
  });
}

await runInScope('command', async (scope) => {
  const remoteServers = await startRemoteServers();
  scope.own('remote servers', () => remoteServers.dispose());
  const daemon = new InstalledDaemon(scope, {
    config: remoteServers.config,
    ports: remoteServers.allPorts,
    env: remoteServers.env,
  });
  writeProfile(daemon, remoteServers);
  // The first start finds cold caches.
  await measureLife(daemon);
  const lives: Life[] = [];
  for (let run = 0; run < lifeRuns; run++) lives.push(await measureLife(daemon));

  await daemon.run('daemon', 'start');
  await daemon.untilHealthy();
  await measureCommands(daemon);
  const times: CommandTimes[] = [];
  for (let run = 0; run < commandRuns; run++) times.push(await measureCommands(daemon));
  await daemon.stop();
  reportCommands(times);
  reportLives(lives);
});
