// MariaDB behind an ssh bastion: how a daemon's checks affect all clients that come from there.
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { countsHostErrors, startMariadb, type Mariadb } from '../../../e2e/fixtures/mariadb.ts';
import { freePort } from '../../../e2e/fixtures/servers.ts';
import { startSshd, type Sshd } from '../../../e2e/fixtures/sshd.ts';
import { Scope } from '../scope.ts';
import { startDaemon, type RunningDaemon } from './testing/running-daemon.ts';

const maxConnectErrors = 10;
const checks = 100;
const intervalMs = 100;

let scope: Scope;
let mariadb: Mariadb;
let bastion: Sshd;
beforeEach(async () => {
  scope = new Scope('test');
  if (!countsHostErrors) return;
  mariadb = await startMariadb({
    accounts: ["CREATE USER app@'%'"],
    flags: [`--max-connect-errors=${maxConnectErrors}`],
  });
  scope.own('mariadb', () => mariadb.dispose());
  bastion = await startSshd();
  scope.own('bastion', () => bastion.dispose());
  await bastion.trust();
}, 60_000);
afterEach(() => scope.close());

/** A daemon with one service; resolves when it is up. */
async function forward(
  check: object,
): Promise<{ readonly daemon: RunningDaemon; readonly localPort: number }> {
  const localPort = await freePort();
  const { host, port, user, binDirectory } = bastion;
  const service = {
    name: 'shop',
    technology: 'ssh',
    local_port: localPort,
    remote_port: mariadb.distantPort,
    connection: { host, port, user, remote_host: '127.0.0.1' },
    health_check: { interval: `${intervalMs}ms`, timeout: 1, ...check },
  };
  const daemon = await startDaemon({
    config: JSON.stringify({ version: '1.0', services: [service] }),
    env: { PATH: `${binDirectory}:${process.env['PATH'] ?? ''}` },
  });
  scope.own('daemon', () => daemon.stop());
  await eventually('the service is up', async () => (await shown(daemon)).startsWith('up'), 20_000);
  return { daemon, localPort };
}

async function shown(daemon: RunningDaemon): Promise<string> {
  const [service] = (await daemon.snapshot()).services;
  return `${service?.phase ?? ''} ${service?.health ?? ''}`;
}

const refusals = (): number => mariadb.log.filter((line) => line.includes("'localport'@")).length;

const query = (port: number): Promise<string> => mariadb.askThrough(port, 'app', 'SELECT 42');

describe.skipIf(!countsHostErrors)('MariaDB behind a bastion', () => {
  it('still accepts clients after 100 checks of type mysql, and has counted no error', async () => {
    const { daemon, localPort } = await forward({ type: 'mysql' });
    await eventually(`${checks} checks were made`, () => refusals() >= checks, 40_000);
    expect(await mariadb.hostErrors()).toMatchObject({ counted: 0, handshake: 0 });
    expect([await query(localPort), await query(mariadb.distantPort)]).toEqual(['42', '42']);
    expect(await shown(daemon)).toBe('up healthy');
  }, 90_000);

  it('is left alone for 200 intervals without a configured check, and turned green by its clients', async () => {
    const { daemon, localPort } = await forward({});
    await eventually('it is ready', async () => (await shown(daemon)) === 'up ready');
    await delay(200 * intervalMs);
    expect(await mariadb.hostErrors()).toMatchObject({ counted: 0, handshake: 0 });
    expect(await shown(daemon)).toBe('up ready');
    expect([await query(localPort), await query(mariadb.distantPort)]).toEqual(['42', '42']);
    await eventually('it is green', async () => (await shown(daemon)) === 'up healthy');
  }, 90_000);

  it('rejects all clients after a few checks of type tcp', async () => {
    const { localPort } = await forward({ type: 'tcp' });
    const isBlocked = async (): Promise<boolean> => (await mariadb.hostErrors()).counted >= maxConnectErrors;
    await eventually('the bastion is blocked', isBlocked, 20_000);
    await expect(query(localPort)).rejects.toThrow(/is blocked because of many connection errors/);
    await expect(query(mariadb.distantPort)).rejects.toThrow(/is blocked because of many connection errors/);
  }, 90_000);
});
