// Health checks with credentials and private CAs in a complete host, through real tunnels to a real PostgreSQL and Redis.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCertificate, createSignedCertificate } from '../../../e2e/fixtures/certificate.ts';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { hasPostgres, startPostgres, type Postgres } from '../../../e2e/fixtures/postgres.ts';
import { hasRedis, startRedis } from '../../../e2e/fixtures/redis.ts';
import { freePort } from '../../../e2e/fixtures/servers.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { systemClock as clock } from '../clock.ts';
import { prepareAppPaths, resolveAppPaths } from '../config/app-paths.ts';
import { workInProcess } from '../config/edit/text-work.ts';
import { compileInProcess } from '../config/in-process-compiler.ts';
import { listen, neverAnswers } from '../health/probes/testing/test-server.ts';
import { openLogStore } from '../observability/log-store.ts';
import { Scope } from '../scope.ts';
import { AppHost } from './app-host.ts';
import { HostNotices } from './host-notices.ts';

const password = 'correct-horse-battery';
const otherPassword = 'staple-of-another-kind';

let scope: Scope;
let home: string;
let logDirectory: string;

beforeEach(() => {
  scope = new Scope('test');
  home = mkdtempSync(path.join(tmpdir(), 'checks-'));
  scope.own('home', () => {
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  });
});
afterEach(() => scope.close());

interface Entry {
  readonly name: string;
  readonly localPort: number;
  readonly remotePort: number;
  readonly check: object;
}

async function startHost(entries: readonly Entry[]): Promise<AppHost> {
  const services = entries.map(({ name, localPort, remotePort, check }) => ({
    name,
    technology: 'tcp',
    local_port: localPort,
    remote_port: remotePort,
    connection: { host: '127.0.0.1' },
    health_check: { interval: '150ms', timeout: 5, failure_threshold: 2, ...check },
    restart_policy: { max_attempts: 100, initial_delay: '50ms', max_delay: '50ms' },
  }));
  const file = path.join(home, 'localport.yaml');
  writeFileSync(file, JSON.stringify({ version: '1.0', services }), { mode: 0o600 });
  const uid = process.getuid?.() ?? 0;
  const processEnv = { PATH: process.env['PATH'], HOME: home, SHELL: '/bin/sh', XDG_RUNTIME_DIR: home };
  const paths = resolveAppPaths({ platform: 'linux', env: processEnv, homeDirectory: home, uid });
  expect(await prepareAppPaths(paths, uid)).toMatchObject({ ok: true });
  logDirectory = paths.logDirectory;
  const logs = openLogStore({ directory: logDirectory, clock, level: 'debug' });
  const config = { path: file, foundBy: 'option' } as const;
  const notices = new HostNotices(paths);
  const places = { config, paths, processEnv, homeDirectory: home, uid, notices };
  const host = await AppHost.create({
    kind: 'headless',
    version: '0',
    clock,
    logs,
    compileConfig: compileInProcess,
    editConfig: workInProcess,
    ...places,
  });
  scope.own('host', async () => {
    await host.shutdown('the test is over');
  });
  await host.start();
  return host;
}

const shown = ({ phase, health, restarts, attempt, cause }: ServiceSnapshot): string =>
  `${phase} ${health}, ${restarts} restarts, attempt ${attempt}${cause === null ? '' : `: ${cause.code}, ${cause.title}`}`;

async function becomes(host: AppHost, expected: string): Promise<void> {
  await eventually(expected, () => host.snapshot().services.every((one) => shown(one) === expected)).catch(
    () => {
      expect(host.snapshot().services.map(shown)).toEqual([expected]);
    },
  );
}

/** Sends it through the tunnel, as a client would. */
async function alterPassword(port: number, from: string, to: string): Promise<void> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'app',
    password: from,
    database: 'postgres',
  });
  await client.connect();
  await client.query(`ALTER ROLE app PASSWORD '${to}'`);
  await client.end();
}

const allLogs = (): string =>
  readdirSync(logDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');

const refusalsIn = (postgres: Postgres): number =>
  postgres.log.filter((line) => line.includes('password authentication failed')).length;

describe('a service whose check logs in or trusts a private CA', () => {
  it.skipIf(!hasPostgres)(
    'is healthy while the database accepts the login, and unhealthy on the same tunnel while it does not',
    async () => {
      const postgres = await startPostgres({ user: 'app', password });
      scope.own('postgres', () => postgres.dispose());
      const localPort = await freePort();
      const config = { user: 'app', password, database: 'postgres' };
      const check = { type: 'postgres', config };
      const host = await startHost([{ name: 'db', localPort, remotePort: postgres.port, check }]);
      await becomes(host, 'up healthy, 0 restarts, attempt 0');

      await alterPassword(localPort, password, otherPassword);
      const refused =
        'up unhealthy, 0 restarts, attempt 0: check-refused, PostgreSQL refused the login of app';
      await becomes(host, refused);
      const before = refusalsIn(postgres);
      await eventually('ten more checks are refused', () => refusalsIn(postgres) >= before + 10);
      await becomes(host, refused);

      await alterPassword(localPort, otherPassword, password);
      await becomes(host, 'up healthy, 0 restarts, attempt 0');
      await host.shutdown('the logs are wanted whole');
      expect(allLogs()).toContain('PostgreSQL refused the login of app');
      expect(allLogs()).not.toContain(password);
    },
    60_000,
  );

  it.skipIf(!hasRedis)(
    'never writes its password to a log, even if the server refuses it',
    async () => {
      const redis = await startRedis({ password: otherPassword });
      scope.own('redis', () => redis.dispose());
      const check = { type: 'redis', config: { password } };
      const service = { name: 'cache', localPort: await freePort(), remotePort: redis.port, check };
      const host = await startHost([service]);
      await becomes(
        host,
        'up unhealthy, 0 restarts, attempt 0: check-refused, Redis refused the login of default',
      );
      await host.shutdown('the logs are wanted whole');
      expect(allLogs()).toContain('Redis refused the login of default');
      expect(allLogs()).not.toContain(password);
    },
    60_000,
  );

  it.skipIf(!hasRedis)(
    'can be any program that uses the local port',
    async () => {
      const redis = await startRedis();
      scope.own('redis', () => redis.dispose());
      const argv = ['redis-cli', '-p', '{local_port}', '-e', 'ping'];
      const check = { type: 'exec', config: { argv } };
      const service = { name: 'cache', localPort: await freePort(), remotePort: redis.port, check };
      const host = await startHost([service]);
      await becomes(host, 'up healthy, 0 restarts, attempt 0');
      await host.shutdown('the test is over');
      expect(host.report().children).toEqual([]);
    },
    60_000,
  );

  it('is unhealthy on the same tunnel until the CA certificate exists', async () => {
    const authority = await createCertificate();
    const server = await listen(neverAnswers, { certificate: await createSignedCertificate(authority) });
    scope.own('server', () => server.close());
    const check = { type: 'tls', config: { ca_file: 'ca.pem' } };
    const host = await startHost([
      { name: 'edge', localPort: await freePort(), remotePort: server.port, check },
    ]);
    const file = path.join(home, 'ca.pem');
    await becomes(host, `up unhealthy, 0 restarts, attempt 0: file-missing, The file ${file} does not exist`);
    writeFileSync(file, authority.cert);
    await becomes(host, 'up healthy, 0 restarts, attempt 0');
  });
});
