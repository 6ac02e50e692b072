import { once } from 'node:events';
import { existsSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../e2e/fixtures/eventually.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../../e2e/fixtures/servers.ts';
import { CommandUser } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const program = installForFile();
let echo: FixtureServer;
let user: CommandUser;
let ports: readonly [number, number];

beforeEach(async () => {
  echo = await startEchoServer();
  ports = [await freePort(), await freePort()];
  user = new CommandUser(program.folder);
  user.writeConfig(
    `name: db, technology: tcp, local_port: ${ports[0]}, remote_port: ${echo.port}, tags: [backend], health_check: { type: tcp }, connection: { host: 127.0.0.1 }`,
    `name: web, technology: tcp, local_port: ${ports[1]}, remote_port: ${echo.port}, enabled: false, health_check: { type: tcp }, connection: { host: 127.0.0.1 }`,
  );
});

afterEach(async () => {
  await user.dispose();
  await echo.stop();
});

interface Status {
  readonly host: { readonly kind: string; readonly pid: number; readonly config: string } | null;
  readonly services: readonly { readonly name: string; readonly phase: string; readonly desired: string }[];
}

const status = async (...args: string[]): Promise<Status> =>
  JSON.parse((await user.run('status', '-o', 'json', ...args)).out) as Status;

const rows = ({ services }: Status): string =>
  services.map(({ name, desired, phase }) => `${name} ${desired} ${phase}`).join(', ');

const answers = async (port: number): Promise<boolean> =>
  exchange({ host: '127.0.0.1', port }, 'hello').then(
    (text) => text === 'hello',
    () => false,
  );

describe('start and stop', () => {
  it('starts the daemon if none is running, turns on only what is named, and stops it', async () => {
    expect(await user.run('start', 'web', '--wait')).toEqual({
      code: 0,
      out: `✓ web  up on localhost:${ports[1]}\n`,
      err: '',
    });
    expect([await answers(ports[0]), await answers(ports[1])]).toEqual([false, true]);
    expect(await user.run('stop', 'web')).toEqual({ code: 0, out: '✓ web  stopped\n', err: '' });
    expect([await answers(ports[0]), await answers(ports[1])]).toEqual([false, false]);
    expect(rows(await status())).toBe('db off off, web off off');
    // That applied to this run: the next one begins as in the config.
    await user.run('daemon', 'restart');
    await eventually('db is up', async () => rows(await status()) === 'db on up, web off off');
  });

  it('turns guarded services on by their name and with --yes only', async () => {
    user.writeConfig(
      `name: live, technology: tcp, local_port: ${ports[0]}, remote_port: ${echo.port}, enabled: false, guard: confirm, connection: { host: 127.0.0.1 }`,
      `name: web, technology: tcp, local_port: ${ports[1]}, remote_port: ${echo.port}, enabled: false, connection: { host: 127.0.0.1 }`,
    );
    expect(await user.run('start', '--all')).toEqual({
      code: 0,
      out: '✓ web  started\n',
      err: 'not started: live is guarded. Name it, or add --yes.\n',
    });
    expect(await user.run('start', 'live')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--yes') as unknown,
    });
    expect((await user.run('toggle', 'live')).code).toBe(2);
    expect((await status()).services).toMatchObject([
      { desired: 'off', guard: 'confirm' },
      { desired: 'on' },
    ]);
    expect(await user.run('start', 'live', '--yes')).toMatchObject({ code: 0, out: '✓ live  started\n' });
    expect(rows(await status())).toMatch(/^live on /);
  });

  it('turns services off for a time that survives a restart of the daemon', async () => {
    const file = path.join(user.stateDirectory, 'desired.json');
    const db = async () => (await status()).services[0];
    await user.run('daemon', 'start');
    const stopped = await user.run('stop', '--all', '--for', '2h');
    expect(stopped.out).toMatch(/^✓ db {2}off until \d\d:\d\d\n✓ web {2}was off, and stays off\n$/);
    await user.run('daemon', 'stop');
    await user.run('daemon', 'start');
    expect(await db()).toMatchObject({ desired: 'off', off_until: expect.any(String) as unknown });
    expect((await user.run('status')).out).toMatch(/off until \d\d:\d\d/);
    await user.run('daemon', 'stop');
    // The time passes while no host is running.
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"until": \d+/, '"until": 1'));
    await user.run('daemon', 'start');
    expect(await db()).toMatchObject({ desired: 'on' });
    expect(await db()).not.toHaveProperty('off_until');

    await user.run('stop', 'db', '--for', '300ms');
    await eventually('db is on again', async () => (await db())?.desired === 'on');
    await user.run('stop', 'db', '--until', 'tomorrow');
    await user.run('start', 'db');
    // It is written in the background.
    await eventually('no time is kept', () => !readFileSync(file, 'utf8').includes('until'));
    await user.run('stop', 'db', '--until', 'tomorrow');
    await user.run('stop', 'db');
    expect(await db()).not.toHaveProperty('off_until');
  });

  it('turns off a service with auto_off automatically, also while no host is running', async () => {
    const configure = (time: string): void =>
      user.writeConfig(
        `name: live, technology: tcp, local_port: ${ports[0]}, remote_port: ${echo.port}, enabled: false, auto_off: ${time}, connection: { host: 127.0.0.1 }`,
      );
    configure('2h');
    const file = path.join(user.stateDirectory, 'desired.json');
    const live = async () => (await status()).services[0];
    await user.run('start', 'live');
    expect(await live()).toMatchObject({ desired: 'on', off_at: expect.any(String) as unknown });
    expect((await user.run('status')).out).toMatch(/goes off in (2h|1h 59m)/);
    await user.run('daemon', 'stop');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"until": \d+/, '"until": 1'));
    await user.run('daemon', 'start');
    expect(await live()).toMatchObject({ desired: 'off' });
    await user.run('daemon', 'stop');
    configure('1s');
    await user.run('start', 'live');
    await eventually('it is off again', async () => (await live())?.desired === 'off');
  });

  it('connects a service on demand for its first client', async () => {
    user.writeConfig(
      `name: live, technology: tcp, local_port: ${ports[0]}, remote_port: ${echo.port}, on_demand: true, connection: { host: 127.0.0.1 }`,
    );
    expect(await user.run('start', 'live', '--wait')).toMatchObject({
      code: 0,
      out: `✓ live  connects when a client uses localhost:${ports[0]}\n`,
    });
    expect((await status()).services[0]).toMatchObject({ phase: 'idle', state: 'ready', health: 'unknown' });
    expect(await exchange({ host: '127.0.0.1', port: ports[0] }, 'hello')).toBe('hello');
    expect((await user.run('status')).out).toContain('1 of 1 up');
    expect((await status()).services[0]).toMatchObject({ phase: 'up' });
  });

  it('does what it can, names the rest, and exits with 1', async () => {
    await user.run('daemon', 'start');
    const ran = await user.run('start', 'web', 'wbe', '-o', 'json');
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.out)).toEqual({
      results: [
        { name: 'web', ok: true, message: 'started' },
        { name: 'wbe', ok: false, message: expect.stringContaining('no service') as unknown },
      ],
    });
  });

  it('reports a service whose target is untried as ready, not up', async () => {
    user.writeConfig(
      `name: untried, technology: tcp, local_port: ${ports[0]}, remote_port: ${echo.port}, connection: { host: 127.0.0.1 }`,
    );
    expect(await user.run('start', '--all', '--wait')).toMatchObject({
      code: 0,
      out: `✓ untried  ready on localhost:${ports[0]}\n`,
    });
  });

  it('says why a service did not come up in time', async () => {
    const dead = await freePort();
    user.writeConfig(
      `name: dead, technology: tcp, local_port: ${ports[0]}, remote_port: ${dead}, health_check: { type: tcp }, connection: { host: 127.0.0.1 }`,
    );
    const ran = await user.run('start', '--all', '--wait', '--timeout', '300ms');
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain(
      `✗ dead  retrying\n   127.0.0.1:${dead} refused the connection\n   connect ECONNREFUSED 127.0.0.1:${dead}\n`,
    );
  });

  it('retries at once a service that waits for a later time', async () => {
    const dead = await freePort();
    user.writeConfig(
      `name: late, technology: tcp, local_port: ${ports[0]}, remote_port: ${dead}, health_check: { type: tcp }, connection: { host: 127.0.0.1 }, restart_policy: { initial_delay: 600, max_delay: 600 }`,
    );
    await user.run('start', 'late');
    await eventually('it waits', async () => rows(await status()) === 'late on retrying');
    const server = await startEchoServer(dead);
    expect(await user.run('start', 'late', '--wait')).toMatchObject({ code: 0 });
    await server.stop();
  });

  it('refuses another config than that of the running LocalPort, and names both', async () => {
    await user.run('daemon', 'start');
    for (const command of [
      ['daemon', 'start'],
      ['start', 'db'],
    ]) {
      expect(await user.run(...command, '--config', 'other.yaml')).toEqual({
        code: 1,
        out: '',
        err:
          `error: LocalPort is already running, with ${user.configFile}\n` +
          `To change over: localport daemon restart --config ${path.join(user.home, 'other.yaml')}\n`,
      });
    }
  });

  it('toggles services by name, by tag, and all', async () => {
    await user.run('start', 'db', '--wait');
    await user.run('toggle', '--all');
    await eventually('both have turned', async () => rows(await status()) === 'db off off, web on up');
    await user.run('toggle', '--tag', 'backend');
    await eventually('one has turned', async () => rows(await status()) === 'db on up, web on up');
    expect(await user.run('restart', 'db')).toMatchObject({ code: 0, out: '✓ db  restarting\n' });
    expect(await user.run('stop', '--tag', 'nobody')).toMatchObject({
      code: 1,
      err: 'error: no service has the tag "nobody"\n',
    });
  });
});

describe('status', () => {
  it('shows the last known state without a host', async () => {
    expect(await status()).toMatchObject({
      host: null,
      services: [
        { name: 'db', desired: 'on', phase: 'off', since: null, local_port: ports[0] },
        { name: 'web', desired: 'off', phase: 'off', since: null },
      ],
    });
    await user.run('start', 'web', '--wait');
    await user.run('daemon', 'stop');
    expect(await status()).toMatchObject({
      host: null,
      services: [
        { name: 'db' },
        { name: 'web', desired: 'on', phase: 'off', since: expect.any(String) as unknown },
      ],
    });
    expect((await user.run('status')).out).toMatch(/last: \d\d:\d\d:\d\d {2}turned off\n/);
  });

  it('shows a broken config instead of services if no host is running', async () => {
    writeFileSync(user.configFile, 'services: [');
    expect(await user.run('status')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is broken\nerror: /) as unknown,
    });
  });

  it('is the same from the host as JSON, text and table', async () => {
    await user.run('start', 'db', '--wait');
    const { host } = await status();
    expect(host).toEqual({
      kind: 'headless',
      notices: [],
      pid: expect.any(Number) as unknown,
      version: '1.2.3',
      since: expect.any(String) as unknown,
      config: user.configFile,
    });
    expect((await user.run('status', 'db', '-o', 'text')).out).toBe(
      `db\tup\thealthy\tlocalhost:${ports[0]}\t127.0.0.1:${echo.port}\t\n`,
    );
    const table = (await user.run('status', '--all')).out;
    expect(table).toMatch(
      new RegExp(`● {2}db {4}up {5}localhost:${ports[0]} +127.0.0.1:${echo.port} +\\d+s\n○ {2}web {3}off`),
    );
    expect(table).toContain(`1 of 1 up (headless 1.2.3, pid ${host?.pid})`);
    expect(await user.run('status', 'nobody')).toMatchObject({
      code: 1,
      err: 'error: there is no service "nobody"\n',
    });
  });

  it('keeps running with --watch, one JSON object for each change, until Ctrl-C', async () => {
    await user.run('start', 'db', '--wait');
    const watch = user.begin('status', '--watch', '-o', 'json', 'web');
    let out = '';
    watch.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const ended = once(watch, 'exit');
    await eventually('the first one', () => out.includes('"phase":"off"'));
    await user.run('start', 'web');
    await eventually('the change', () => out.includes('"phase":"up"'));
    watch.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(
      out
        .trim()
        .split('\n')
        .every((line) => (JSON.parse(line) as Status).services.length === 1),
    ).toBe(true);
  });
});

describe('logs', () => {
  it('are merged by time, filtered, and read from the files if no host is running', async () => {
    await user.run('start', '--all', '--wait');
    const all = (await user.run('logs', '-o', 'json')).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { time: string; service: string | null });
    expect(new Set(all.map(({ service }) => service))).toEqual(new Set([null, 'db', 'web']));
    expect(all.map(({ time }) => time)).toEqual(all.map(({ time }) => time).toSorted());
    expect((await user.run('logs', 'db', '-n', '1', '--grep', 'TUNNEL-READY')).out).toMatch(
      /connected in [\d.]+ m?s\n$/,
    );
    await user.run('daemon', 'stop');
    expect((await user.run('logs', '--service', 'db', '-n', '1')).out).toMatch(/turned off\n$/);
    expect((await user.run('logs', 'db', '--until', '2020-01-01')).out).toBe('');
    expect((await user.run('logs', 'db', '--since', '2999-01-01')).out).toBe('');
    expect((await user.run('logs', 'db', '--since', '2020-01-01', '--until', '2999-01-01')).out).not.toBe('');
    expect((await user.run('logs', 'db', '--path')).out).toBe(
      `${path.join(user.stateDirectory, 'logs/services/db.log')}\n`,
    );
    expect((await user.run('logs', '--list', '-o', 'text')).out).toContain('services/web.log\n');
    expect(await user.run('logs', 'nobody')).toMatchObject({
      code: 1,
      err: 'error: there is no service "nobody", and no log for it\n',
    });
  });

  it('are followed until Ctrl-C', async () => {
    await user.run('start', 'db', '--wait');
    const follow = user.begin('logs', '-f', '-n', '1');
    let out = '';
    follow.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const ended = once(follow, 'exit');
    await eventually('the last line', () => out.split('\n').length === 2);
    await user.run('stop', 'db');
    await eventually('the new ones', () => /db {2}turned off/.test(out));
    follow.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
  });
});

describe('the daemon', () => {
  it('reports the running host, starts once, reloads, restarts with its config, and shows the phases of its shutdown', async () => {
    expect(await user.run('daemon', 'status')).toMatchObject({ code: 1, out: 'not running\n' });
    expect(await user.run('daemon', 'stop')).toMatchObject({
      code: 0,
      err: '',
      out: 'LocalPort is not running\n',
    });
    expect((await user.run('daemon', 'start')).out).toMatch(/^Started headless 1.2.3, pid \d+, in \d+ ms\n$/);
    expect((await user.run('daemon', 'start')).out).toMatch(
      /^LocalPort is already running: headless 1.2.3, pid \d+\n$/,
    );
    const first = (await status()).host?.pid;
    expect(await user.run('daemon', 'reload')).toMatchObject({
      code: 0,
      out: `${user.configFile}: loaded\n`,
    });
    writeFileSync(user.configFile, 'services: [');
    expect(await user.run('daemon', 'reload')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/: broken\nerror: /) as unknown,
    });
    await user.run('daemon', 'restart');
    const second = await status();
    expect(second.host?.config).toBe(user.configFile);
    expect(second.host?.pid).not.toBe(first);
    const stopped = await user.run('daemon', 'stop');
    expect(stopped.code).toBe(0);
    expect(stopped.out).toMatch(/^Stopped LocalPort in \d+ ms\n$/);
    expect(await user.run('daemon', 'status', '-o', 'json')).toMatchObject({
      code: 1,
      out: '{\n  "running": false\n}\n',
    });
  });

  it('restarts with the config that it was started with', async () => {
    const other = path.join(user.home, 'other.yaml');
    renameSync(user.configFile, other);
    await user.run('daemon', 'start', '-c', 'other.yaml');
    await user.run('daemon', 'restart');
    expect((await status()).host?.config).toBe(other);
  });

  it('stays in the foreground on request, until Ctrl-C', async () => {
    const daemon = user.begin('daemon', 'start', '--foreground');
    let out = '';
    daemon.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const ended = once(daemon, 'exit');
    await eventually('it says that db is up', () => out.includes('● db  up'));
    // As a terminal would: to both.
    process.kill((await status()).host?.pid ?? 0, 'SIGINT');
    daemon.kill('SIGINT');
    const [code] = (await ended) as [number];
    expect([0, 130]).toContain(code);
    expect((await status()).host).toBeNull();
  });

  it('says why it could not start', async () => {
    rmSync(path.join(user.home, 'run'), { recursive: true });
    writeFileSync(path.join(user.home, 'run'), '');
    const ran = await user.run('daemon', 'start');
    expect(ran.code).toBe(1);
    expect(ran.err).toContain(`${path.join(user.home, 'run/localport')} cannot be created: ENOTDIR`);
  });

  it('is installed for the next login, and uninstalled without leftovers', async () => {
    const unit = path.join(user.home, '.config/systemd/user/localport.service');
    const link = path.join(path.dirname(unit), 'default.target.wants/localport.service');
    expect(await user.run('daemon', 'install', '--no-start', '-c', 'my config.yaml')).toEqual({
      code: 0,
      out: `${unit}\n`,
      err: expect.stringContaining('loginctl enable-linger') as unknown,
    });
    expect(readFileSync(unit, 'utf8')).toContain(
      `ExecStart=${process.execPath} --optimize-for-size --max-semi-space-size=16 ${path.join(program.folder, 'daemon.cjs')} --config "${path.join(user.home, 'my config.yaml')}" --unless-running\n`,
    );
    expect(readlinkSync(link)).toBe(unit);
    expect((await user.run('daemon', 'uninstall')).code).toBe(0);
    expect([existsSync(unit), existsSync(link)]).toEqual([false, false]);
  });
});

describe('the config', () => {
  it('is created, found, checked, and exported', async () => {
    rmSync(user.configFile);
    expect(await user.run('config', 'path')).toMatchObject({
      code: 0,
      out: `${user.configFile}\n`,
      err: expect.stringContaining('does not exist yet') as unknown,
    });
    expect(await user.run('config', 'validate')).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no config file') as unknown,
    });
    expect(await user.run('config', 'init')).toEqual({ code: 0, out: `${user.configFile}\n`, err: '' });
    expect(statSync(user.configFile).mode & 0o777).toBe(0o600);
    expect(await user.run('config', 'init')).toMatchObject({
      code: 1,
      err: expect.stringContaining('already exists') as unknown,
    });
    expect(await user.run('config', 'validate')).toEqual({
      code: 0,
      out: `${user.configFile}: valid, 0 services\n`,
      err: '',
    });
    expect((await user.run('config', 'export', '-o', 'json')).out).toMatch(/"services": \[\],/);
    writeFileSync(
      user.configFile,
      'services:\n  - { name: db, technology: tcp, local_port: 70000, remote_port: 1, connection: { host: h } }\n',
    );
    expect(await user.run('config', 'validate')).toEqual({
      code: 1,
      out: 'error: db: local_port: 70000 is above 65535 (services[0], config.yaml:2)\n',
      err: '',
    });
  });
});

describe('the rest', () => {
  it('prints metrics, and completes names from the running host', async () => {
    await user.run('start', 'db', '--wait');
    const { out } = await user.run('metrics');
    expect(out).toContain('localport_service_up{service="db"} 1\n');
    expect(out.endsWith('# EOF\n')).toBe(true);
    expect((await user.run('__complete', 'stop', '')).out).toBe('db\nweb\n');
  });

  it('reports a port that another program has, with the fix', async () => {
    const holder = await startEchoServer(ports[0]);
    const ran = await user.run('doctor', '-o', 'json');
    await holder.stop();
    const { checks } = JSON.parse(ran.out) as {
      checks: readonly { subject: string; level: string; message: string; fix: string | null }[];
    };
    expect(ran.code).toBe(1);
    const subjects = checks.map(({ subject }) => subject);
    expect(subjects).toEqual(
      expect.arrayContaining([
        'login shell',
        'node',
        'PATH',
        'config',
        'kubectl',
        'ssh',
        'ssh agent',
        'permissions',
      ]),
    );
    expect(checks.find(({ subject }) => subject === `port ${ports[0]}`)).toMatchObject({
      level: 'bad',
      message: expect.stringContaining(`pid ${process.pid}`) as unknown,
      fix: expect.stringContaining('another local_port, such as') as unknown,
    });
  });
});
