/** A port on a server that leads to this machine, with the command alone. */
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../../e2e/fixtures/servers.ts';
import { startSshd, type Sshd } from '../../e2e/fixtures/sshd.ts';
import { Scope } from '../core/scope.ts';
import { writeProfile } from '../core/testing/user-home.ts';
import { CommandUser } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const program = installForFile();
let scope: Scope;
let user: CommandUser;
let sshd: Sshd;
let own: FixtureServer;
let port: number;

beforeEach(async () => {
  scope = new Scope('test');
  sshd = await startSshd();
  scope.own('sshd', () => sshd.dispose());
  await sshd.trust();
  own = await startEchoServer();
  scope.own('program', () => own.stop());
  port = await freePort();
  const env = { PATH: [sshd.binDirectory, process.env['PATH'] ?? ''].join(path.delimiter) };
  user = new CommandUser(program.folder, env);
  // The daemon's own comes from the login shell.
  writeProfile(user, { env });
  scope.own('user', () => user.dispose());
  user.writeConfig(
    `name: hook, technology: ssh, remote: true, local_port: ${own.port}, remote_port: ${port}, connection: { host: ${sshd.host}, port: ${sshd.port}, user: ${sshd.user} }`,
  );
});

afterEach(() => scope.close());

it('is started, shown, exported and stopped like any other service', async () => {
  const place = `${sshd.user}@127.0.0.1:${port}`;
  expect(await user.run('ssh', 'validate')).toMatchObject({
    out: expect.stringContaining(
      `localhost:${port} at ${sshd.user}@127.0.0.1:${sshd.port} → localhost:${own.port} here`,
    ) as string,
  });
  const started = await user.run('start', 'hook', '--wait');
  expect(started).toMatchObject({
    code: 0,
    out: expect.stringMatching(new RegExp(`hook +ready on ${place}`)) as string,
  });
  expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');

  const table = (await user.run('status')).out;
  expect(table).toContain(`${place} → localhost:${own.port}`);
  expect(table).not.toContain('localhost:0');
  const { services } = JSON.parse((await user.run('status', '-o', 'json')).out) as {
    services: readonly Record<string, unknown>[];
  };
  expect(services).toMatchObject([
    { name: 'hook', local_port: 0, remote_address: place, addresses: [], bytes_in: 5, bytes_out: 5 },
  ]);
  const exported = (await user.run('config', 'export')).out;
  expect(exported).toContain(
    `remote: true\n    local_port: ${own.port}\n    local_host: localhost\n    remote_port: ${port}`,
  );

  expect(await user.run('start', 'hook', '--port', 'auto')).toMatchObject({
    code: 1,
    err: expect.stringContaining(`it has no local port: its port is opened at ${place}`) as string,
  });
  expect(await user.run('stop', 'hook')).toMatchObject({ code: 0 });
  await expect(exchange({ host: '127.0.0.1', port }, 'x')).rejects.toThrow(/ECONNREFUSED/);
});
