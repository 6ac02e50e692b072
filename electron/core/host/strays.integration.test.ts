/** Processes and files that outlive a child or a killed run, in a complete host. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { livingOf } from '../../../e2e/fixtures/process-tree.ts';
import { startEchoServer, type FixtureServer } from '../../../e2e/fixtures/servers.ts';
import { systemClock as clock } from '../clock.ts';
import { prepareAppPaths, resolveAppPaths, type AppPaths } from '../config/app-paths.ts';
import { workInProcess } from '../config/edit/text-work.ts';
import { compileInProcess } from '../config/in-process-compiler.ts';
import { openLogStore } from '../observability/log-store.ts';
import { AppHost } from './app-host.ts';
import { HostNotices } from './host-notices.ts';

let home: string;
let paths: AppPaths;
let processEnv: NodeJS.ProcessEnv;
let echo: FixtureServer;

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'strays-'));
  const runFolder = path.join(home, 'run');
  mkdirSync(runFolder, { mode: 0o700 });
  processEnv = { PATH: process.env['PATH'], HOME: home, SHELL: '/bin/sh', XDG_RUNTIME_DIR: runFolder };
  const uid = process.getuid?.() ?? 0;
  paths = resolveAppPaths({ platform: 'linux', env: processEnv, homeDirectory: home, uid });
  expect(await prepareAppPaths(paths, uid)).toMatchObject({ ok: true });
  echo = await startEchoServer();
});

afterEach(async () => {
  await echo.stop();
  rmSync(home, { recursive: true, force: true });
});

async function start(...services: readonly object[]): Promise<AppHost> {
  const file = path.join(home, 'localport.yaml');
  writeFileSync(file, JSON.stringify({ services }), { mode: 0o600 });
  const host = await AppHost.create({
    kind: 'headless',
    version: '0',
    config: { path: file, foundBy: 'option' },
    paths,
    processEnv,
    homeDirectory: home,
    uid: process.getuid?.() ?? 0,
    clock,
    logs: openLogStore({ directory: paths.logDirectory, clock, level: 'info' }),
    notices: new HostNotices(paths),
    compileConfig: compileInProcess,
    editConfig: workInProcess,
  });
  await host.start();
  return host;
}

/** Starts a process in its own session, records its PID once, and continues with `then`. */
const leaves = (file: string, then: string, trap = ''): readonly string[] => [
  'sh',
  '-c',
  `[ -e ${file} ] || setsid sh -c '${trap} echo $$ > ${file}.new; mv ${file}.new ${file}; while :; do sleep 1; done' & ${then}`,
  'sh',
  '{place}',
];
const withPlace = (argv: readonly string[], place: string): readonly string[] =>
  argv.map((word) => (word === '{place}' ? place : word));

const pidIn = async (file: string): Promise<number> => {
  await eventually(`${file} is written`, () => readdirSync(home).includes(path.basename(file)));
  return Number(readFileSync(file, 'utf8'));
};

it.skipIf(process.platform !== 'linux')(
  'ends processes that have left the group of a command, and only reports those of other children',
  async () => {
    const [owned, stubborn, free] = ['owned', 'stubborn', 'free'].map((name) => path.join(home, name));
    const relay = path.resolve(import.meta.dirname, '../../../e2e/fixtures/relay-command.cjs');
    const relaying = `exec ${process.execPath} ${relay} "$1" ${echo.port}`;
    const command = (name: string, argv: readonly string[]): object => ({
      name,
      technology: 'command',
      local_port: 'auto',
      connection: { argv: withPlace(argv, '{socket}') },
    });
    const host = await start(
      command('tool', leaves(owned ?? '', relaying)),
      command('deaf', leaves(stubborn ?? '', relaying, 'trap "" TERM;')),
      {
        name: 'db',
        technology: 'tcp',
        local_port: 'auto',
        remote_port: echo.port,
        connection: { host: '127.0.0.1' },
        health_check: {
          type: 'exec',
          config: { argv: withPlace(leaves(free ?? '', 'true'), '{local_port}') },
        },
      },
    );
    const pids = await Promise.all([pidIn(owned ?? ''), pidIn(stubborn ?? ''), pidIn(free ?? '')]);
    const [tool, deaf, ofCheck] = pids;
    const report = await host.shutdown('the test is over');
    try {
      expect([...report.problems].sort()).toEqual(
        [
          `left behind: sh (pid ${tool}), which command tool has started, still ran and was ended`,
          `left behind: sh (pid ${deaf}), which command deaf has started, still ran and was ended`,
          expect.stringMatching(`^left behind: sh \\(pid ${ofCheck}\\), which .*, still runs$`) as string,
        ].sort(),
      );
      expect(await livingOf(pids)).toEqual([ofCheck]);
    } finally {
      process.kill(-ofCheck, 'SIGKILL');
    }
  },
);

it.skipIf(process.platform !== 'linux')(
  'ends with a command what it has left listening on its port, whether it is stopped or killed',
  async () => {
    const [listener, other] = ['listener', 'other'].map((name) => path.join(home, name)) as [string, string];
    const script = `require('net').createServer().listen(process.argv[1], '127.0.0.1')`;
    const serve = `setsid ${process.execPath} -e "${script}" "$1" & echo $! >> ${listener}`;
    const host = await start({
      name: 'tool',
      technology: 'command',
      local_port: 'auto',
      connection: {
        argv: leaves(other, `${serve}; wait`).map((word) => (word === '{place}' ? '{local_port}' : word)),
      },
    });
    const listeners = (): readonly number[] => readFileSync(listener, 'utf8').trim().split('\n').map(Number);
    const untilUp = (): Promise<void> =>
      eventually('it is up', () => host.snapshot().services[0]?.phase === 'up');
    await untilUp();
    const away = await pidIn(other);
    process.kill(-(host.snapshot().services[0]?.pid ?? 0), 'SIGKILL');
    await eventually('the next one listens', () => listeners().length === 2);
    await untilUp();
    const [first = 0, second = 0] = listeners();
    await eventually('the first has ended', async () => (await livingOf([first])).length === 0);
    expect(await livingOf([second, away])).toEqual([second, away]);
    await host.shutdown('the test is over');
    expect(await livingOf([first, second, away])).toEqual([]);
  },
);

it('removes temporary files of a run that was killed while writing', async () => {
  const left = ['journal.json.812.tmp', 'journal.json.812-3.tmp', 'desired.json.9-1.tmp'];
  for (const name of [...left, 'notes.tmp']) writeFileSync(path.join(paths.stateDirectory, name), '{');
  const host = await start();
  const names = readdirSync(paths.stateDirectory);
  expect(names.filter((name) => left.includes(name))).toEqual([]);
  expect(names).toContain('notes.tmp');
  await host.shutdown('the test is over');
});
