/** Sockets at the remote end, and reverse forwards: the meaning of their keys, and invalid combinations. */
import { describe, expect, it } from 'vitest';
import { diffServices } from './config-differ.ts';
import { compileConfig } from './config-compiler.ts';
import { complaintsOf, loadText, testConfigPath } from './testing/config-text.ts';

const entry = (keys: string, connection = '', name = 'a'): string =>
  `  - {name: ${name}, technology: ssh, ${keys}, connection: {host: bastion${connection}}}\n`;
const service = (...given: Parameters<typeof entry>) => {
  const [first] = loadText(`services:\n${entry(...given)}`).services;
  if (first === undefined) throw new Error('there is no service');
  return first;
};
const faults = (...entries: readonly string[]): readonly string[] =>
  complaintsOf(`services:\n${entries.join('')}`).map((complaint) =>
    complaint.replace(/ \(localport\.yaml:\d+\)$/, ''),
  );

describe('a socket at the remote end', () => {
  it.each([
    ['local_port: 1, remote_socket: /run/a.sock', ''],
    ['local_port: 1', ', remote_socket: /run/a.sock'],
  ])('is set in the service or in its connection: %s%s', (keys, connection) => {
    expect(service(keys, connection).connection).toMatchObject({
      remoteSocket: '/run/a.sock',
      remotePort: 0,
    });
  });

  it.each([
    ['/run/postgresql/.s.PGSQL.5432', 'postgres'],
    ['/var/run/docker.sock', 'http'],
    ['/run/5432', undefined],
  ])('is checked by the protocol of a well-known name: %s', (path, type) => {
    const { probe } = service(`local_port: 1, remote_socket: ${path}`).healthCheck;
    expect(probe.type === 'auto' ? probe.hello?.type : probe).toBe(type);
  });

  it.each([
    [
      '~/a.sock',
      'remote_socket: "~/a.sock" begins with "~", which the server does not expand: write the whole path',
    ],
    [
      'a.sock',
      'remote_socket: "a.sock" is not an absolute path: the server knows no folder that it could be in',
    ],
    [
      `/${'x'.repeat(107)}`,
      `remote_socket: "/${'x'.repeat(59)}…" has 108 bytes, and the path of a socket may have 107`,
    ],
  ])('is a path that the server accepts: %s', (path, fault) => {
    expect(faults(entry(`local_port: 1, remote_socket: ${path}`))).toEqual([`error services[0].${fault}`]);
  });

  it('excludes all other keys for the remote end', () => {
    expect(
      faults(entry('local_port: 1, remote_port: 2', ', remote_host: db, remote_socket: /run/a')),
    ).toEqual([
      'error services[0].remote_port: cannot be combined with connection.remote_socket, which also names the remote end: remove one of the two',
      'error services[0].connection.remote_host: cannot be combined with connection.remote_socket, which also names the remote end: remove one of the two',
    ]);
  });

  it("is not reached by the user's own connection, nor by a SOCKS proxy", () => {
    const keys = 'local_port: 1, remote_socket: /run/a';
    expect(faults(entry(keys, ', control_path: user'))).toEqual([
      'error services[0].connection.control_path: cannot be combined with remote_socket, which ssh masters before OpenSSH 9.4 cannot open: remove one of the two',
    ]);
    expect(faults(entry(`${keys}, dynamic: true`))).toEqual([
      'error services[0].remote_socket: contradicts dynamic: true, where each client names its own target: remove one of them',
    ]);
  });

  it('is supported by ssh only, and so are similar keys', () => {
    const tcp =
      '  - {name: a, technology: tcp, local_port: 1, remote_port: 2, remote: true, remote_socket: /a, connection: {host: b}}\n';
    expect(faults(tcp)).toEqual([
      'error services[0].remote_socket: works with technology: ssh only',
      'error services[0].remote: works with technology: ssh only',
    ]);
  });
});

describe('a reverse forward', () => {
  it('has a target instead of a local port', () => {
    expect(service('remote: true, local_port: 3000, remote_port: 8080')).toMatchObject({
      localPort: 0,
      connection: {
        remotePort: 8080,
        remoteHost: 'localhost',
        localTarget: { host: 'localhost', port: 3000 },
      },
      healthCheck: { probe: { type: 'auto', hello: null } },
    });
    expect(service('remote: true, local_host: nas, local_port: 3000, remote_socket: /run/a')).toMatchObject({
      connection: { remoteSocket: '/run/a', localTarget: { host: 'nas', port: 3000 } },
    });
    const toSocket = service('remote: true, local_socket: /run/b, remote_port: 8080');
    expect(toSocket).toMatchObject({ connection: { localTarget: { path: '/run/b' } } });
    expect(toSocket.localSocket).toBeUndefined();
  });

  it.each([
    [
      'local_port: auto, remote_port: 1',
      '',
      "local_port: cannot be combined with remote: true, which opens nothing on this machine: write your program's port",
    ],
    [
      'local_port: 1, bind: 0.0.0.0, remote_port: 1',
      '',
      'bind: cannot be combined with remote: true, which opens nothing on this machine: to choose the address that the server listens on, use remote_host',
    ],
    [
      'local_port: 1, local_socket: /a, remote_port: 1',
      '',
      'local_socket: cannot be combined with local_port in a reverse forward: remove one of the two',
    ],
    [
      'local_host: nas, local_socket: /a, remote_port: 1',
      '',
      'local_host: cannot be combined with local_socket: remove one of the two',
    ],
    [
      'local_port: 1, remote_port: 1, dynamic: true',
      '',
      'remote: cannot be combined with dynamic: remove one of the two',
    ],
    [
      'local_port: 1, remote_port: 1',
      ', control_path: user',
      'connection.control_path: cannot be combined with remote: true, whose forward would stay on your own connection: remove one of the two',
    ],
    [
      'local_port: 1, remote_socket: /run/a',
      ', control_path: user',
      'connection.control_path: cannot be combined with remote: true, whose forward would stay on your own connection: remove one of the two',
    ],
    ['local_port: 1', '', 'remote_port: is missing, expected a number'],
    [
      'remote_port: 1',
      '',
      'local_port: is missing, expected a number; write auto to let LocalPort choose one',
    ],
  ])('refuses %s', (keys, connection, fault) => {
    const found = faults(entry(`remote: true, ${keys}`, connection)).filter((one) => one.startsWith('error'));
    expect(found).toEqual([`error services[0].${fault}`]);
  });

  it('warns if the server should accept connections from others', () => {
    const open = entry('remote: true, local_port: 3000, remote_port: 8080', ', remote_host: 0.0.0.0');
    expect(faults(open)).toEqual([
      'warning services[0].connection.remote_host: lets other machines connect to a if GatewayPorts in the sshd_config of the server allows it, which by default it does not',
    ]);
  });

  it('leads to a port that other services may use, but has an exclusive address on the server', () => {
    const here = entry('local_port: 3000, remote_port: 1', '', 'here');
    const round = (name: string, connection = ''): string =>
      entry('remote: true, local_port: 3000, remote_port: 8080', connection, name);
    expect(
      faults(
        here,
        round('a'),
        round('b', ', remote_host: 127.0.0.1'),
        round('c', ', port: 23'),
        round('d', ', jump: gate'),
      ),
    ).toEqual([]);
    expect(faults(here, round('a'), round('b'))).toEqual([
      'error services[2].remote_port: 8080 is taken by a (services[1], line 3)',
    ]);
  });

  it('opens no port if another of its keys is wrong', () => {
    const text = `services:\n${entry('remote: true, local_port: 3000, remote_port: 80800')}`;
    const salvaged = compileConfig(text, {
      path: testConfigPath,
      env: {},
      homeDirectory: '/home/me',
      salvage: true,
    });
    expect(salvaged.ok && salvaged.value.config.services).toMatchObject([
      { localPort: 0, problem: { code: 'config-invalid' } },
    ]);
  });

  it('changes its connection when it leads elsewhere, and its port when its direction changes', () => {
    const ports = 'local_port: 3000, remote_port: 8080';
    const changes = (before: string, after: string): readonly unknown[] =>
      diffServices([service(before)], [service(after)]).map((change) =>
        change.kind === 'changed' ? [...change.changes] : change.kind,
      );
    expect(changes(`remote: true, ${ports}`, 'remote: true, local_port: 3001, remote_port: 8080')).toEqual([
      ['connection'],
    ]);
    expect(changes(`remote: true, ${ports}`, ports)).toEqual([['local-port', 'connection', 'health-check']]);
  });
});
