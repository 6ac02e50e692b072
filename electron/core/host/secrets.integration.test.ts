import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { freePort, startEchoServer, type FixtureServer } from '../../../e2e/fixtures/servers.ts';
import { systemClock as clock } from '../clock.ts';
import { prepareAppPaths, resolveAppPaths } from '../config/app-paths.ts';
import { workInProcess } from '../config/edit/text-work.ts';
import { compileInProcess } from '../config/in-process-compiler.ts';
import { openLogStore } from '../observability/log-store.ts';
import { AppHost } from './app-host.ts';
import { HostNotices } from './host-notices.ts';

let home: string;
let echo: FixtureServer;
let host: AppHost;
let logDirectory: string;

/** The password of another service, so that only the list for the whole config contains it. */
const known = 'correct-horse';
const lookalike = 'abc123xyz';
const says = `echo "login with ${known} failed, token=${lookalike}" >&2; exit 1`;

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  echo = await startEchoServer();
  const ports = [await freePort(), await freePort(), await freePort()];
  const check = `health_check: {type: exec, interval: 1, failure_threshold: 1, config: {argv: [sh, -c, '${says}']}}`;
  const config = `version: "1.0"
services:
  - {name: owner, enabled: false, technology: ssh, local_port: ${ports[0]}, remote_port: 1, connection: {host: bastion.invalid, password: ${known}}}
  - {name: tunnel, technology: command, local_port: ${ports[1]}, connection: {argv: [sh, -c, ': {socket}; ${says}']}}
  - {name: checked, technology: tcp, local_port: ${ports[2]}, remote_port: ${echo.port}, connection: {host: 127.0.0.1}, ${check}}
`;
  writeFileSync(path.join(home, 'localport.yaml'), config, { mode: 0o600 });
  const uid = process.getuid?.() ?? 0;
  const processEnv = { PATH: process.env['PATH'], HOME: home, SHELL: '/bin/sh', XDG_RUNTIME_DIR: home };
  const paths = resolveAppPaths({ platform: 'linux', env: processEnv, homeDirectory: home, uid });
  await prepareAppPaths(paths, uid);
  logDirectory = paths.logDirectory;
  const logs = openLogStore({ directory: logDirectory, clock, level: 'debug' });
  const found = { path: path.join(home, 'localport.yaml'), foundBy: 'option' } as const;
  const places = {
    config: found,
    paths,
    processEnv,
    homeDirectory: home,
    uid,
    notices: new HostNotices(paths),
  };
  host = await AppHost.create({
    kind: 'headless',
    version: '0',
    clock,
    logs,
    compileConfig: compileInProcess,
    editConfig: workInProcess,
    ...places,
  });
  await host.start();
});

afterEach(async () => {
  await host.shutdown('the test is over');
  await echo.stop();
  rmSync(home, { recursive: true, force: true });
});

const evidenceOf = (name: string): string =>
  host.snapshot().services.find((service) => service.name === name)?.cause?.evidence ?? '';

const writtenLines = (): readonly string[] =>
  readdirSync(logDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8').split('\n'));

it("hides secrets in a child's output in evidence, snapshot, log and state dump", async () => {
  const hiddenLine = 'login with [hidden] failed, token=[hidden]';
  for (const name of ['tunnel', 'checked']) {
    await eventually(`evidence of ${name}`, () => evidenceOf(name) !== '');
    expect(evidenceOf(name)).toContain(hiddenLine);
  }
  host.dump();
  const report = JSON.stringify(host.report());
  await host.shutdown('the lines are written');
  const written = writtenLines();
  const dumped = written.filter((line) => line.includes('state dump'));
  expect(dumped.join('\n')).toContain(hiddenLine);
  expect(written.filter((line) => !line.includes('state dump')).join('\n')).toContain(hiddenLine);
  for (const text of [report, ...written]) {
    expect(text).not.toContain(known);
    expect(text).not.toContain(lookalike);
  }
});
