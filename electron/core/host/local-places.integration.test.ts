/** Where services listen, as the whole host has it: addresses, and ports that are chosen or shared. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../../../e2e/fixtures/servers.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { systemClock as clock } from '../clock.ts';
import { prepareAppPaths, resolveAppPaths } from '../config/app-paths.ts';
import { compileInProcess } from '../config/in-process-compiler.ts';
import { openLogStore } from '../observability/log-store.ts';
import { AppHost } from './app-host.ts';
import { HostNotices } from './host-notices.ts';

let home: string;
let echo: FixtureServer;
let host: AppHost;

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'places-'));
  mkdirSync(path.join(home, 'run'), { mode: 0o700 });
  echo = await startEchoServer();
});

afterEach(async () => {
  await host.shutdown('the test is over');
  await echo.stop();
  rmSync(home, { recursive: true, force: true });
});

type Entry = Readonly<Record<string, unknown>> & { readonly name: string };

/** A relay to the echo server. */
const relay = (name: string, keys: Readonly<Record<string, unknown>>): Entry => ({
  name,
  technology: 'tcp',
  remote_port: echo.port,
  connection: { host: '127.0.0.1' },
  ...keys,
});

const write = (...services: readonly Entry[]): void =>
  writeFileSync(path.join(home, 'localport.yaml'), JSON.stringify({ services }), { mode: 0o600 });

async function start(...services: readonly Entry[]): Promise<void> {
  write(...services);
  const uid = process.getuid?.() ?? 0;
  const processEnv = {
    PATH: process.env['PATH'],
    HOME: home,
    SHELL: '/bin/sh',
    XDG_RUNTIME_DIR: path.join(home, 'run'),
  };
  const paths = resolveAppPaths({ platform: 'linux', env: processEnv, homeDirectory: home, uid });
  expect(await prepareAppPaths(paths, uid)).toMatchObject({ ok: true });
  host = await AppHost.create({
    kind: 'headless',
    version: '0',
    config: { path: path.join(home, 'localport.yaml'), foundBy: 'option' },
    paths,
    processEnv,
    homeDirectory: home,
    uid,
    clock,
    logs: openLogStore({ directory: paths.logDirectory, clock, level: 'info' }),
    notices: new HostNotices(paths),
    compileConfig: compileInProcess,
  });
  await host.start();
}

async function reload(...services: readonly Entry[]): Promise<void> {
  write(...services);
  await host.reload();
}

const service = (name: string): ServiceSnapshot | undefined =>
  host.snapshot().services.find((one) => one.name === name);

const isUp = (name: string): Promise<void> =>
  eventually(`${name} is up`, () => service(name)?.phase === 'up' && service(name)?.addresses.length !== 0);

it('opens a service where bind says, and moves that service alone when it is edited', async () => {
  const [port, other] = [await freePort(), await freePort()];
  const neighbor = relay('neighbor', { local_port: other });
  await start(relay('db', { local_port: port, bind: '127.0.0.2' }), neighbor);
  await Promise.all([isUp('db'), isUp('neighbor')]);
  expect(service('db')).toMatchObject({ bind: '127.0.0.2', addresses: [`127.0.0.2:${port}`] });
  expect(await exchange({ host: '127.0.0.2', port }, 'hello')).toBe('hello');
  await expect(exchange({ host: '127.0.0.1', port }, 'hello')).rejects.toThrow('ECONNREFUSED');

  const since = service('neighbor')?.since;
  await reload(relay('db', { local_port: port, bind: '0.0.0.0' }), neighbor);
  await isUp('db');
  expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');
  expect(service('neighbor')?.since).toBe(since);
  expect(host.snapshot().config.problems.map(({ message }) => message)).toEqual([
    '0.0.0.0 lets other machines connect to db: leave it out to keep the service to this one',
  ]);
});

it('says when bind is no address of this machine, and starts once it is one', async () => {
  const port = await freePort();
  await start(relay('db', { local_port: port, bind: '192.0.2.1' }));
  await eventually('the cause is known', () => service('db')?.cause !== null);
  expect(service('db')?.cause).toMatchObject({
    code: 'address-missing',
    title: '192.0.2.1 is not an address of this machine',
  });
  await reload(relay('db', { local_port: port, bind: '127.0.0.1' }));
  await isUp('db');
});
