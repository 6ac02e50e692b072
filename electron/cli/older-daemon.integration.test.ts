/** A daemon that keeps running after an update: the program is replaced in place, as an installer does it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../e2e/fixtures/eventually.ts';
import { freePort, startEchoServer, type FixtureServer } from '../../e2e/fixtures/servers.ts';
import { CommandUser, installInto } from './testing/installed-command.ts';

let folder: string;
let user: CommandUser;
let echo: FixtureServer;
let ports: readonly [number, number, number];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'lp-update-'));
  installInto(folder, '1.2.3');
  user = new CommandUser(folder);
  echo = await startEchoServer();
  ports = [await freePort(), await freePort(), await freePort()];
  const tcp = `technology: tcp, remote_port: ${echo.port}, connection: { host: 127.0.0.1 }`;
  user.writeConfig(
    ...['chosen', 'other', 'third'].map(
      (name, index) => `name: ${name}, local_port: ${ports[index] ?? 0}, ${tcp}`,
    ),
  );
});

afterEach(async () => {
  await user.dispose();
  await echo.stop();
  rmSync(folder, { recursive: true, force: true });
});

const update = (): void => installInto(folder, '1.10.0');

interface Status {
  readonly host: { readonly version: string; readonly pid: number };
  readonly services: readonly {
    readonly name: string;
    readonly desired: string;
    readonly local_port: number;
  }[];
}

async function hostAndServices(): Promise<{ host: Status['host']; services: string }> {
  const { out } = await user.run('status', '-o', 'json');
  const { host, services } = JSON.parse(out) as Status;
  return { host, services: services.map(({ name, desired }) => `${name} ${desired}`).join(', ') };
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const answer = once(socket, 'data');
  socket.write('hello');
  await answer;
  return socket;
}

describe('after an update', () => {
  it('start replaces the older daemon, with its services as they were', async () => {
    await user.run('start', 'chosen');
    const port = await freePort();
    await user.run('start', 'third', '--port', String(port));
    // `other` is enabled in the config, and off only because `start` launched the daemon.
    expect(await hostAndServices()).toMatchObject({
      host: { version: '1.2.3' },
      services: 'chosen on, other off, third on',
    });
    update();
    const { code, err } = await user.run('start', 'chosen');
    expect([code, err.split('\n')[0]]).toEqual([0, 'LocalPort 1.2.3 is running: replacing it with 1.10.0']);
    expect(await hostAndServices()).toMatchObject({
      host: { version: '1.10.0' },
      services: 'chosen on, other off, third on',
    });
    (await open(port)).destroy();
    const again = await user.run('start', 'chosen');
    expect(again).toMatchObject({ code: 0, err: expect.not.stringContaining('replacing') as string });
  });

  it('an open connection is not ended without asking, and status says how to use the new version', async () => {
    await user.run('daemon', 'start');
    const client = await open(ports[0]);
    const before = await hostAndServices();
    update();
    const said =
      'LocalPort 1.2.3 is running, and this command is 1.10.0: to use the new version, run localport daemon restart\n';
    expect(await user.run('start', 'chosen')).toMatchObject({
      code: 0,
      err: expect.stringContaining(said) as string,
    });
    expect((await user.run('status')).err).toBe(said);
    expect(await hostAndServices()).toEqual(before);
    client.destroy();
  });

  it('the manager of an installed daemon restarts it', async () => {
    const bin = path.join(user.home, 'bin');
    const pidFile = path.join(user.home, 'pid');
    const unit = path.join(user.home, '.config/systemd/user/localport.service');
    mkdirSync(bin);
    mkdirSync(path.dirname(unit), { recursive: true });
    writeFileSync(unit, '[Service]\n');
    // A minimal systemd: it starts the daemon, and knows its process.
    const systemctl = `#!/bin/sh
case "$2" in
  show) cat ${pidFile} ;;
  start) ${process.execPath} ${folder}/daemon.cjs --unless-running > /dev/null 2>&1 < /dev/null & echo $! > ${pidFile} ;;
esac
echo "$2" >> ${user.home}/told
`;
    writeFileSync(path.join(bin, 'systemctl'), systemctl, { mode: 0o755 });
    user.env['PATH'] = `${bin}:${user.env['PATH'] ?? ''}`;
    await user.run('daemon', 'install');
    const hasReadConfig = async (): Promise<boolean> => (await user.run('daemon', 'reload')).code === 0;
    await eventually('the daemon has read its config', hasReadConfig);
    const port = await freePort();
    expect(await user.run('start', 'third', '--port', String(port))).toMatchObject({ code: 0 });
    const before = await hostAndServices();
    update();
    const { code, err } = await user.run('daemon', 'start');
    expect([code, err.split('\n')[0]]).toEqual([0, 'LocalPort 1.2.3 is running: replacing it with 1.10.0']);
    const after = await hostAndServices();
    expect([before.host.version, after.host.version]).toEqual(['1.2.3', '1.10.0']);
    expect(String(after.host.pid)).toBe(readFileSync(pidFile, 'utf8').trim());
    const { out } = await user.run('status', 'third', '-o', 'json');
    expect((JSON.parse(out) as Status).services).toMatchObject([{ name: 'third', local_port: port }]);
  });
});
