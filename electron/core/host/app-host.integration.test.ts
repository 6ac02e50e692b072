import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../../../e2e/fixtures/servers.ts';
import type { Snapshot } from '../../../shared/service-snapshot.ts';
import { systemClock as clock } from '../clock.ts';
import { prepareAppPaths, resolveAppPaths } from '../config/app-paths.ts';
import { workInProcess } from '../config/edit/text-work.ts';
import { compileInProcess } from '../config/in-process-compiler.ts';
import { openLogStore } from '../observability/log-store.ts';
import { AppHost } from './app-host.ts';
import { HostNotices } from './host-notices.ts';

let home: string;
let echo: FixtureServer;
let host: AppHost | null;

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'host-'));
  echo = await startEchoServer();
  host = null;
});

afterEach(async () => {
  await host?.shutdown('the test is over');
  await echo.stop();
  rmSync(home, { recursive: true, force: true });
});

const configFile = (): string => path.join(home, 'localport.yaml');

function writeConfig(services: string): void {
  writeFileSync(configFile(), `version: "1.0"\nservices:\n${services}`, { mode: 0o600 });
}

const tcp = (name: string, localPort: number): string =>
  `  - { name: ${name}, technology: tcp, local_port: ${localPort}, remote_port: ${echo.port}, health_check: { type: tcp }, connection: { host: 127.0.0.1 } }\n`;

async function startHost(foundBy: 'option' | 'search' = 'search', shell = '/bin/sh'): Promise<AppHost> {
  const made = await makeHost(foundBy, shell);
  await made.start();
  return made;
}

async function makeHost(foundBy: 'option' | 'search', shell: string): Promise<AppHost> {
  const uid = process.getuid?.() ?? 0;
  const processEnv = { PATH: process.env['PATH'], HOME: home, SHELL: shell, XDG_RUNTIME_DIR: home };
  const paths = resolveAppPaths({ platform: 'linux', env: processEnv, homeDirectory: home, uid });
  expect(await prepareAppPaths(paths, uid)).toMatchObject({ ok: true });
  const logs = openLogStore({ directory: paths.logDirectory, clock, level: 'info' });
  const config = { path: configFile(), foundBy };
  const parts = {
    kind: 'headless',
    version: '0',
    config,
    paths,
    processEnv,
    homeDirectory: home,
    uid,
    clock,
    logs,
    notices: new HostNotices(paths),
    compileConfig: compileInProcess,
    editConfig: workInProcess,
  } as const;
  host = await AppHost.create(parts);
  return host;
}

interface Dump {
  readonly snapshot?: Partial<Snapshot>;
  readonly children?: readonly unknown[];
}

const rows = ({ config, services }: Snapshot): string =>
  `${config.status}: ${services.map(({ name, desired, phase, health }) => `${name} ${desired} ${phase} ${health}`).join(', ')}`;

async function becomes(running: AppHost, expected: string): Promise<void> {
  await eventually(expected, () => rows(running.snapshot()) === expected).catch(() => {
    expect(rows(running.snapshot())).toBe(expected);
  });
}

describe('the headless host', () => {
  it('welcomes a new user, and loads the config as soon as there is one', async () => {
    const running = await startHost();
    await becomes(running, 'welcome: welcome on up healthy');
    const port = await freePort();
    writeConfig(tcp('db', port));
    await becomes(running, 'loaded: db on up healthy');
    expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');
  });

  it('keeps services running when the file breaks or disappears', async () => {
    writeConfig(tcp('db', await freePort()));
    const running = await startHost();
    await becomes(running, 'loaded: db on up healthy');
    writeFileSync(configFile(), 'services: [');
    await becomes(running, 'broken: db on up healthy');
    rmSync(configFile());
    await eventually('the loss is reported', () =>
      /gone/.test(running.snapshot().config.problems[0]?.message ?? ''),
    );
    expect(rows(running.snapshot())).toBe('broken: db on up healthy');
  });

  it('does not welcome a user who named a missing file', async () => {
    const running = await startHost('option');
    expect(running.snapshot()).toMatchObject({
      config: { status: 'broken', problems: [{ message: 'there is no such file' }] },
      services: [],
    });
  });

  it('fails only the service whose key file is missing, and starts it on a retry once the file exists', async () => {
    const key = path.join(home, 'key');
    const ssh = `  - { name: far, technology: ssh, local_port: ${await freePort()}, remote_port: 1, connection: { host: 127.0.0.1, port: 1, key_file: ${key} } }\n`;
    writeConfig(tcp('db', await freePort()) + ssh);
    const running = await startHost();
    await becomes(running, 'loaded: db on up healthy, far on failed unknown');
    expect(running.snapshot().services[1]?.cause).toMatchObject({ code: 'file-missing' });
    writeFileSync(key, '', { mode: 0o600 });
    await running.retry(['far']);
    await eventually(
      'the service has tried',
      () => running.snapshot().services[1]?.cause?.code !== 'file-missing',
    );
  });

  it('dumps the state of everything, however many services there are', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `service-${index}`);
    writeConfig(
      names.map((name, index) => tcp(name, 20_000 + index).replace(' }\n', ', enabled: false }\n')).join(''),
    );
    const running = await startHost();
    running.dump();
    await running.shutdown('test');
    const log = readFileSync(path.join(running.snapshot().host.logDirectory, 'localport.log'), 'utf8');
    const lines = [...log.matchAll(/state dump: (.+)$/gm)].map(([, json = '']) => JSON.parse(json) as Dump);
    expect(lines.flatMap(({ snapshot }) => snapshot?.services ?? []).map(({ name }) => name)).toEqual(names);
    expect(lines.some(({ children }) => children !== undefined)).toBe(true);
  });

  it('removes files of a killed run, which would appear in the report of every later run', async () => {
    const left = path.join(home, 'localport', 'aaaaaaaaaaaa.sock');
    mkdirSync(path.dirname(left), { mode: 0o700 });
    writeFileSync(left, '');
    const running = await startHost();
    expect(existsSync(left)).toBe(false);
    expect((await running.shutdown('test')).problems).toEqual([]);
  });

  it('retries when a kubeconfig changes that only the login shell names', async () => {
    const folder = path.join(home, 'clusters');
    mkdirSync(folder);
    const shell = path.join(home, 'shell');
    writeFileSync(
      shell,
      `#!/bin/sh\nexport KUBECONFIG=${folder}/config\nwhile [ "$1" != -c ]; do shift; done\nexec /bin/sh -c "$2"\n`,
      { mode: 0o755 },
    );
    const key = path.join(home, 'key');
    const ssh = `  - { name: far, technology: ssh, local_port: ${await freePort()}, remote_port: 1, connection: { host: 127.0.0.1, port: 1, key_file: ${key} } }\n`;
    writeConfig(ssh);
    const running = await startHost('search', shell);
    const captured = path.join(home, '.local/state/localport/login-environment.json');
    await eventually('the shell has answered', () => existsSync(captured));
    for (let turn = 0; turn < 3; turn++) await running.reload();
    expect(rows(running.snapshot())).toBe('loaded: far on failed unknown');
    writeFileSync(key, '', { mode: 0o600 });
    await eventually('a change there is noticed', () => {
      writeFileSync(path.join(folder, 'config'), '');
      return running.snapshot().services[0]?.cause?.code !== 'file-missing';
    });
  });

  it('starts nothing after it has been stopped', async () => {
    writeConfig(tcp('db', await freePort()));
    const made = await makeHost('search', '/bin/sh');
    const starting = made.start();
    const report = await made.shutdown('at once');
    await starting;
    made.suspend();
    const log = readFileSync(path.join(made.snapshot().host.logDirectory, 'localport.log'), 'utf8');
    expect([report.problems, made.scope.owned, /goes to sleep/.test(log)]).toEqual([[], [], false]);
  });

  it('leaves nothing behind, as its report confirms', async () => {
    const port = await freePort();
    writeConfig(tcp('db', port));
    const running = await startHost();
    await becomes(running, 'loaded: db on up healthy');
    const report = await running.shutdown('test');
    expect({ problems: report.problems, late: report.phases.flatMap(({ late }) => late) }).toEqual({
      problems: [],
      late: [],
    });
    await expect(exchange({ host: '127.0.0.1', port }, 'x')).rejects.toThrow(/ECONNREFUSED/);
  });
});
