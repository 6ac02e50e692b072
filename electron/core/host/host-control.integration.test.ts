import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../../../e2e/fixtures/servers.ts';
import type { ControlEvent, ControlTarget } from '../../../shared/control-contract.ts';
import type { Snapshot } from '../../../shared/service-snapshot.ts';
import { systemClock as clock } from '../clock.ts';
import { prepareAppPaths, resolveAppPaths, type AppPaths } from '../config/app-paths.ts';
import { workInProcess } from '../config/edit/text-work.ts';
import { compileInProcess } from '../config/in-process-compiler.ts';
import { connectControl, type ControlClient } from '../control/control-client.ts';
import { controlSocketPath } from '../control/control-paths.ts';
import { openLogStore, type LogStore } from '../observability/log-store.ts';
import { AppHost } from './app-host.ts';
import { HostNotices } from './host-notices.ts';
import { serveControl } from './host-control.ts';

let home: string;
let echo: FixtureServer;
let paths: AppPaths;
let logs: LogStore;
let host: AppHost;
let client: ControlClient;
let ports: readonly [number, number];

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'host-'));
  echo = await startEchoServer();
  ports = [await freePort(), await freePort()];
  writeConfig(service('db', ports[0], '[data]'), service('web', ports[1], '[http]'));
  await startHost();
  client = await connect();
  await becomes('db on up 0, web on up 0');
});

afterEach(async () => {
  client.close();
  await host.shutdown('the test is over');
  await echo.stop();
  rmSync(home, { recursive: true, force: true });
});

const service = (name: string, localPort: number, tags: string): string =>
  `  - { name: ${name}, technology: tcp, local_port: ${localPort}, remote_port: ${echo.port}, tags: ${tags}, connection: { host: 127.0.0.1 } }\n`;

function writeConfig(...services: readonly string[]): void {
  const text = `version: "1.0"\nservices:\n${services.join('')}`;
  writeFileSync(path.join(home, 'localport.yaml'), text, { mode: 0o600 });
}

async function startHost(): Promise<void> {
  const uid = process.getuid?.() ?? 0;
  const processEnv = { PATH: process.env['PATH'], HOME: home, SHELL: '/bin/sh', XDG_RUNTIME_DIR: home };
  paths = resolveAppPaths({ platform: 'linux', env: processEnv, homeDirectory: home, uid });
  expect(await prepareAppPaths(paths, uid)).toMatchObject({ ok: true });
  logs = openLogStore({ directory: paths.logDirectory, clock, level: 'info' });
  const config = { path: path.join(home, 'localport.yaml'), foundBy: 'option' } as const;
  const notices = new HostNotices(paths);
  const places = { config, paths, processEnv, homeDirectory: home, uid, notices };
  host = await AppHost.create({
    kind: 'headless',
    version: '1.2.3',
    clock,
    logs,
    compileConfig: compileInProcess,
    editConfig: workInProcess,
    ...places,
  });
  const served = await serveControl({
    host,
    logs,
    clock,
    socketPath: controlSocketPath(paths),
    stop: (reason) => host.shutdown(reason),
    force: (reason) => host.forceShutdown(reason),
  });
  expect(served).toEqual({ ok: true, value: undefined });
  await host.start();
}

async function connect(): Promise<ControlClient> {
  const connected = await connectControl({ socketPath: controlSocketPath(paths), clock, version: '1.2.3' });
  if (!connected.ok) throw new Error(connected.error.message);
  return connected.value;
}

const rows = ({ services }: Snapshot): string =>
  services.map(({ name, desired, phase, restarts }) => `${name} ${desired} ${phase} ${restarts}`).join(', ');

async function becomes(expected: string): Promise<void> {
  await eventually(expected, () => rows(host.snapshot()) === expected).catch(() => {
    expect(rows(host.snapshot())).toBe(expected);
  });
}

const named = (...names: readonly string[]): ControlTarget => ({ kind: 'names', names });
const all: ControlTarget = { kind: 'all' };
const accepted = (...names: readonly string[]) => ({ ok: true, value: { accepted: names, refused: [] } });

describe('over the control socket', () => {
  it('`host` returns which LocalPort is running', () => {
    expect(client.host).toMatchObject({ kind: 'headless', version: '1.2.3', pid: process.pid });
  });

  it('`snapshot` is the same as inside the host', async () => {
    expect(await client.request('snapshot', {})).toEqual({ ok: true, value: host.snapshot() });
  });

  it('`set-desired` with a port opens a service there for this run, and names the holder of a port in use', async () => {
    const target = named('db');
    const on = { target, desired: 'on' } as const;
    const port = await freePort();
    expect(await client.request('set-desired', { ...on, port })).toEqual(accepted('db'));
    expect(host.snapshot().services[0]).toMatchObject({ localPort: port, configuredPort: ports[0] });
    expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');
    expect(await client.request('set-desired', { ...on, port: ports[1] })).toEqual({
      ok: true,
      value: {
        accepted: [],
        refused: [{ name: 'db', message: `port ${ports[1]} is used by the service web` }],
      },
    });
    await client.request('set-desired', { target, desired: 'off' });
    await client.request('set-desired', { ...on, port: 'auto' });
    expect(host.snapshot().services[0]).toMatchObject({ localPort: ports[0], configuredPort: null });
  });

  it('`set-desired` refuses a service whose port another one has, and tells how to free it', async () => {
    const more = service('rival', ports[0], '[data]').replace('tags:', 'enabled: false, tags:');
    writeConfig(service('db', ports[0], '[data]'), service('web', ports[1], '[http]'), more);
    await client.request('reload', {});
    const on = { target: named('rival'), desired: 'on' } as const;
    expect(await client.request('set-desired', on)).toEqual({
      ok: true,
      value: {
        accepted: [],
        refused: [
          {
            name: 'rival',
            message: `port ${ports[0]} is used by the service db: stop that first, with localport stop db`,
          },
        ],
      },
    });
    expect(host.snapshot().services[2]).toMatchObject({ name: 'rival', desired: 'off', cause: null });
    await client.request('set-desired', { target: named('db'), desired: 'off' });
    expect(await client.request('set-desired', on)).toEqual(accepted('rival'));
    await becomes('db off off 0, web on up 0, rival on up 0');
  });

  it('`set-desired` with a port takes exactly one service, by its name', async () => {
    const targets = [named('db', 'web'), all];
    for (const target of targets) {
      expect(await client.request('set-desired', { target, desired: 'on', port: 'auto' })).toMatchObject({
        ok: false,
        error: { code: 'bad-request' },
      });
    }
    expect(rows(host.snapshot())).toBe('db on up 0, web on up 0');
  });

  it('`set-desired` turns services off and on by name, tag and all', async () => {
    expect(await client.request('set-desired', { target: named('db'), desired: 'off' })).toEqual(
      accepted('db'),
    );
    await becomes('db off off 0, web on up 0');
    await client.request('set-desired', { target: all, desired: 'off' });
    await becomes('db off off 0, web off off 0');
    const tags = (...names: string[]): ControlTarget => ({ kind: 'tags', tags: names });
    expect(await client.request('set-desired', { target: tags('http'), desired: 'on' })).toEqual(
      accepted('web'),
    );
    await becomes('db off off 0, web on up 1');
    expect(await client.request('set-desired', { target: tags('nobody'), desired: 'off' })).toEqual(
      accepted(),
    );
    expect(
      await client.request('set-desired', { target: tags('htpt', 'http', 'http'), desired: 'off' }),
    ).toEqual({
      ok: true,
      value: { accepted: ['web'], refused: [{ name: 'htpt', message: 'is a tag that no service has' }] },
    });
    await becomes('db off off 0, web off off 1');
  });

  it('unknown names are reported, and the others handled', async () => {
    expect(
      await client.request('set-desired', { target: named('wep', 'db', 'wep'), desired: 'off' }),
    ).toEqual({
      ok: true,
      value: {
        accepted: ['db'],
        refused: [{ name: 'wep', message: 'there is no service of this name; is web meant?' }],
      },
    });
  });

  it('`restart` gives services that are up a new tunnel, and leaves connections and services that are off alone', async () => {
    await client.request('set-desired', { target: named('web'), desired: 'off' });
    await becomes('db on up 0, web off off 0');
    expect(await client.request('restart', { target: all })).toEqual({
      ok: true,
      value: { accepted: ['db'], refused: [{ name: 'web', message: 'is off: start it' }] },
    });
    await becomes('db on up 1, web off off 0');
    expect(await exchange({ host: '127.0.0.1', port: ports[0] }, 'hello')).toBe('hello');
  });

  it('`retry` leaves services that are up alone', async () => {
    expect(await client.request('retry', { target: all })).toEqual(accepted('db', 'web'));
    await becomes('db on up 0, web on up 0');
  });

  it('`reload` answers when the new config is in force, or reports its problems', async () => {
    writeConfig(service('db', ports[0], '[data]'));
    expect(await client.request('reload', {})).toMatchObject({ ok: true, value: { status: 'loaded' } });
    expect(rows(host.snapshot())).toBe('db on up 0');
    writeConfig('broken');
    expect(await client.request('reload', {})).toMatchObject({ value: { status: 'broken' } });
  });

  it('`dump` lists what is alive', async () => {
    const dump = await client.request('dump', {});
    expect(dump).toMatchObject({
      ok: true,
      value: {
        clients: 1,
        owned: [
          'pauses',
          'remedies',
          'ssh-add',
          'config',
          'control socket',
          'wake monitor',
          'credential watcher',
        ],
      },
    });
  });

  it('`watch-snapshot` starts with the current snapshot and continues with every change', async () => {
    const seen: string[] = [];
    const controller = new AbortController();
    const watching = client.stream(
      'watch-snapshot',
      { live: false },
      { onEvent: (snapshot) => seen.push(rows(snapshot)), signal: controller.signal },
    );
    await eventually('the current snapshot', () => seen.length === 1);
    await (await connect()).request('set-desired', { target: named('db'), desired: 'off' });
    await eventually('the change', () => seen.at(-1) === 'db off off 0, web on up 0');
    controller.abort();
    expect(await watching).toEqual({ ok: true, value: undefined });
    expect(seen[0]).toBe('db on up 0, web on up 0');
  });

  it('`watch-snapshot` ticks while it is live', async () => {
    let snapshots = 0;
    void client.stream('watch-snapshot', { live: true }, { onEvent: () => snapshots++ });
    await eventually('two ticks', () => snapshots >= 3);
  });
});

describe('logs over the control socket', () => {
  const everything = { services: ['db'], tailLines: null, since: null, until: null, grep: null };

  async function read(query: Partial<typeof everything> | object): Promise<readonly string[]> {
    const lines: string[] = [];
    const params = { query: { ...everything, ...query }, follow: false };
    const ended = await client.stream('logs', params, { onEvent: (event) => lines.push(...event.lines) });
    expect(ended).toEqual({ ok: true, value: undefined });
    return lines.map((line) => line.slice(25));
  }

  it('come by service, number, text and time', async () => {
    const log = logs.service('db');
    log.info('one Apple');
    const between = clock.wallNow() + 1;
    await eventually('a later time', () => clock.wallNow() > between);
    log.info('two pears');
    log.info('three apples');
    expect(await read({ since: between })).toEqual(['info  two pears', 'info  three apples']);
    expect(await read({ grep: 'APPLE' })).toEqual(['info  one Apple', 'info  three apples']);
    expect(await read({ grep: 'apple', tailLines: 1 })).toEqual(['info  three apples']);
    expect((await read({ until: between })).at(-1)).toBe('info  one Apple');
    expect(await read({ services: [null], grep: 'has 2 services', tailLines: 1 })).toHaveLength(1);
  });

  it('report an unknown service', async () => {
    const params = { query: { ...everything, services: ['db', 'nobody'] }, follow: false };
    expect(await client.stream('logs', params, { onEvent: () => undefined })).toEqual({
      ok: false,
      error: { code: 'not-found', message: 'there is no service "nobody", and no log for it' },
    });
  });

  it('of any number of services come in one stream, each line with its service', async () => {
    const services = Array.from({ length: 40 }, (_, index) => `service-${index}`);
    for (const name of services) logs.service(name).info('before');
    const seen = new Map<string | null, string[]>();
    const params = { query: { ...everything, services }, follow: true };
    void client.stream('logs', params, {
      onEvent: ({ service: name, lines }) => {
        seen.set(name, [...(seen.get(name) ?? []), ...lines.map((line) => line.slice(31))]);
      },
    });
    await eventually('the existing lines', () => seen.size === services.length);
    for (const name of services) logs.service(name).info('after');
    await eventually('the new lines', () => [...seen.values()].flat().length === 2 * services.length);
    expect([...seen]).toEqual(services.map((name) => [name, ['before', 'after']]));
  });

  it('continue with new lines, without losing or repeating any', async () => {
    const log = logs.service('db');
    for (let line = 0; line < 2_000; line++) log.info(`old ${line}`);
    const seen: string[] = [];
    const params = { query: { ...everything, grep: 'ld ' }, follow: true };
    void client.stream('logs', params, {
      onEvent: ({ lines }) => seen.push(...lines.map((line) => line.slice(31))),
    });
    for (let line = 2_000; line < 4_000; line++) {
      log.info(`old ${line}`);
      if (line % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually('the last line', () => seen.at(-1) === 'old 3999');
    expect(seen).toEqual(Array.from({ length: 4_000 }, (_, line) => `old ${line}`));
  });
});

describe('a log that is followed', () => {
  it('continues across the rotation of its file', async () => {
    const log = logs.service('db');
    const query = { services: ['db'], tailLines: 0, since: null, until: null, grep: 'line ' };
    const seen: string[] = [];
    void client.stream(
      'logs',
      { query, follow: true },
      {
        onEvent: ({ lines }) => {
          seen.push(...lines.map((line) => /line \d+/.exec(line)?.[0] ?? line));
        },
      },
    );
    const write = (from: number, to: number): void => {
      for (let line = from; line < to; line++) log.info(`line ${line} ${'x'.repeat(2_000)}`);
    };
    await eventually('the log is followed', () => {
      write(0, 1);
      return seen.length > 0;
    });
    const rotated = logs.servicePath('db').replace(/\.log$/, '.old.log');
    for (let line = 1; line < 1_200; line += 100) {
      write(line, line + 100);
      await eventually('the last line', () => seen.at(-1) === `line ${line + 99}`);
    }
    expect(existsSync(rotated)).toBe(true);
    expect(seen.filter((line) => line !== 'line 0')).toEqual(
      Array.from({ length: 1_200 }, (_, index) => `line ${index + 1}`),
    );
  });
});

describe('shutdown over the control socket', () => {
  async function shutDown(force: boolean): Promise<readonly ControlEvent<'shutdown'>[]> {
    const events: ControlEvent<'shutdown'>[] = [];
    expect(await client.stream('shutdown', { force }, { onEvent: (event) => events.push(event) })).toEqual({
      ok: true,
      value: undefined,
    });
    return events;
  }

  const told = (events: readonly ControlEvent<'shutdown'>[]): readonly string[] =>
    events.map((event) =>
      event.kind === 'phase' ? `${event.phase}: ${event.state}` : `problems: ${event.report.problems.join()}`,
    );

  it('reports the phases as they pass, then the final report; nothing is left', async () => {
    const watcher = await connect();
    const watching = watcher.stream('watch-snapshot', { live: false }, { onEvent: () => undefined });
    expect(told(await shutDown(false))).toEqual([
      'stop new work: started',
      'stop new work: finished',
      'complete current: started',
      'complete current: finished',
      'cancel tasks: started',
      'cancel tasks: finished',
      'force clean-up: started',
      'force clean-up: finished',
      'problems: ',
    ]);
    expect(await watching).toMatchObject({ ok: false, error: { code: 'stopping' } });
    expect(readdirSync(paths.runtimeDirectory)).toEqual([]);
  });

  it('can be forced', async () => {
    expect(told(await shutDown(true)).slice(-3)).toEqual([
      'force clean-up: started',
      'force clean-up: finished',
      'problems: ',
    ]);
    expect(readdirSync(paths.runtimeDirectory)).toEqual([]);
  });

  it('continues when the client that requested it has disconnected', async () => {
    const stopping = client.stream(
      'shutdown',
      { force: false },
      {
        onEvent: () => {
          client.close();
        },
      },
    );
    expect(await stopping).toMatchObject({ ok: false, error: { code: 'connection-lost' } });
    const report = await host.shutdown('the test waits');
    expect(report).toMatchObject({ reason: 'asked for by a command', problems: [] });
  });
});
