/** The import of a real ssh_config: the command asks the real ssh. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CommandUser } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const program = installForFile();
let user: CommandUser;

beforeEach(() => {
  user = new CommandUser(program.folder);
});

afterEach(() => user.dispose());

const write = (file: string, text: string): string => {
  const place = path.join(user.home, file);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, text, { mode: 0o600 });
  return place;
};

interface Imported {
  readonly code: number | string | null;
  readonly services: readonly Readonly<Record<string, unknown>>[];
  /** The comments on top, with the home folder as `~`. */
  readonly remarks: readonly string[];
}

async function importFrom(text: string): Promise<Imported> {
  const file = write('config', text);
  const { code, out, err } = await user.run('import', 'ssh', '--file', file);
  expect(err).toBe('');
  const remarks = out.split('\n').filter((line) => line.startsWith('#'));
  const { services } = parse(out) as Pick<Imported, 'services'>;
  return {
    code,
    services: services.map(({ technology, ...rest }) => {
      expect(technology).toBe('ssh');
      return rest;
    }),
    remarks: remarks.map((line) => line.slice(2).replaceAll(user.home, '~')),
  };
}

describe('import ssh', () => {
  it('adds what the config accepts as one edit, and reports the rest as errors', async () => {
    user.writeConfig(
      'name: db, technology: tcp, local_port: 5432, remote_port: 1, connection: { host: h }',
      'name: broken, technology: nothing',
    );
    const before = readFileSync(user.configFile, 'utf8');
    const file = write(
      'config',
      'Host gate\n  LocalForward 5432 db:1\n  LocalForward 6001 db:2\n  LocalForward 6002 db:3\n',
    );
    const add = async () => {
      const { code, out, err } = await user.run('import', 'ssh', '--file', file, '--write');
      return { code, out: out.replaceAll(user.home, '~'), err };
    };
    const refused = 'error: gate-1 was not added: local_port: 5432 is taken by db\n';
    expect(await add()).toEqual({
      code: 1,
      out: `added 2 services to ~/.config/localport/config.yaml: gate-2, gate-3
To start them: localport start gate-2 gate-3
To undo: localport undo
`,
      err: refused,
    });
    const [six, seven] = ['gate-2', 'gate-3'].map(
      (name) => `error: ${name} was not added: name: there is already a service "${name}"`,
    );
    expect(await add()).toMatchObject({ code: 1, out: '' });
    expect((await add()).err).toBe(`${refused}${six} (and 1 more)\n${seven} (and 1 more)\n`);
    expect((await user.run('undo')).out.replaceAll(user.home, '~')).toBe(
      'undone: added gate-2 and 1 more (~/.config/localport/config.yaml)\n',
    );
    expect(readFileSync(user.configFile, 'utf8')).toBe(before);
  });

  it('imports every kind of forward, as a valid config', async () => {
    const { services, remarks } = await importFrom(`Host gate # the only one
  HostName 10.0.0.1
  LocalForward 8080 localhost:80 # the web
  LocalForward [::1]:8081 "db.internal:5432"
  LocalForward 2375 /var/run/docker.sock
  LocalForward /tmp/own/redis.sock localhost:6379
  DynamicForward 127.0.0.1:1080
  RemoteForward 9000 localhost:3000
  RemoteForward /tmp/far.sock localhost:3001
`);
    const connection = { host: 'gate' };
    expect(services).toEqual([
      { name: 'gate-socks', local_port: 1080, bind: '127.0.0.1', dynamic: true, connection },
      { name: 'gate-80', local_port: 8080, remote_port: 80, connection },
      {
        name: 'gate-5432',
        local_port: 8081,
        bind: '::1',
        remote_port: 5432,
        connection: { ...connection, remote_host: 'db.internal' },
      },
      { name: 'gate-docker', local_port: 2375, remote_socket: '/var/run/docker.sock', connection },
      { name: 'gate-6379', local_socket: '/tmp/own/redis.sock', remote_port: 6379, connection },
      { name: 'gate-remote-9000', remote: true, local_port: 3000, remote_port: 9000, connection },
      { name: 'gate-remote-far', remote: true, local_port: 3001, remote_socket: '/tmp/far.sock', connection },
    ]);
    expect(remarks).toEqual([]);
    const file = path.join(user.home, 'config');
    expect((await user.run('import', 'ssh', '--file', file, '--write', '-c', 'new.yaml')).code).toBe(0);
    expect(await user.run('config', 'validate', 'new.yaml')).toMatchObject({ code: 0, err: '' });
  });

  it('applies Match blocks as ssh does, and leaves out forwards that depend on the moment', async () => {
    // ssh looks for other files in the home of the user database, which is not the test's.
    const inner = write('inner', 'LocalForward 1004 inner:4\n');
    const always = write('always', 'Host *\n  LocalForward 1005 always:5\n');
    const { services, remarks } = await importFrom(`Include ${always}
Host a
  HostName b
Match host b
  LocalForward 1001 by-name:1
Match originalhost b
  LocalForward 1002 never:2
Match originalhost a exec "true"
  LocalForward 1003 at-times:3
  Include ${inner}
Match all
  LocalForward 1003 always:3
`);
    const ends = (host: string): unknown =>
      services
        .filter(({ connection }) => (connection as { readonly host: string }).host === host)
        .map(({ connection }) => (connection as { readonly remote_host: string }).remote_host);
    expect(ends('a')).toEqual(['always', 'by-name', 'always']);
    // Other names for b do not apply.
    expect(ends('b')).toEqual(['always', 'by-name', 'never', 'always']);
    const passing = 'its Match block depends on a program or a network, and may not apply next time';
    expect(remarks.filter((remark) => remark.startsWith('~'))).toEqual([
      `~/config:9: left out: localforward 1003 [at-times]:3: ${passing}`,
      `~/inner:1: left out: localforward 1004 [inner]:4: ${passing}`,
    ]);
  });

  it('names what cannot be imported, with its file and line', async () => {
    const { services, remarks } = await importFrom(`Host gate
  RemoteForward 9004
  LocalForward 1234 localhost:80
  LocalForward nas:8090 db:90
  RemoteForward 0 localhost:22
Host quiet
`);
    expect(services).toMatchObject([{ name: 'gate-80' }]);
    expect(remarks).toEqual([
      '~/config:4: left out: localforward [nas]:8090 [db]:90: bind takes an IP address, and nas is a name',
      '~/config:2: left out: remoteforward 9004 [socks]:0: LocalPort cannot open a SOCKS proxy on a server',
      '~/config:5: left out: remoteforward 0 [localhost]:22: the server would choose another port each time',
      'no forwards, so nothing to import: quiet',
    ]);
  });

  it("repeats ssh's errors, and continues with the rest", async () => {
    const file = write('config', 'Host gate\n  LocalForward 0 db:1\n');
    const { code, err } = await user.run('import', 'ssh', '--file', file);
    expect(code).toBe(1);
    expect(err).toContain('gate: ');
  });
});
