import { describe, expect, it } from 'vitest';
import { parseSshConfig } from './ssh-config.ts';
import { opensToAll, parseForwards, proposeForward, whereWritten } from './ssh-forwards.ts';

const proposed = (line: string, isOpenToAll = false): unknown => {
  const [forward] = parseForwards(`user me\n${line}\nport 22`);
  if (forward === undefined) return null;
  const proposal = proposeForward('gate', forward, { isOnly: false, isOpenToAll });
  if (typeof proposal === 'string') return proposal;
  const { name, preferredPort, ends, connection } = proposal;
  return [name, preferredPort, { ...ends, ...connection }];
};

describe('a forward from ssh -G', () => {
  it.each<[string, unknown]>([
    [
      'localforward 5432 [db]:5433',
      ['gate-5433', 5432, { host: 'gate', remote_port: 5433, remote_host: 'db' }],
    ],
    ['localforward [localhost]:1 [localhost]:2', ['gate-2', 1, { host: 'gate', remote_port: 2 }]],
    [
      'localforward [127.0.0.1]:1 [::1]:2',
      ['gate-2', 1, { host: 'gate', bind: '127.0.0.1', remote_port: 2, remote_host: '::1' }],
    ],
    ['localforward [::1]:1 [localhost]:2', ['gate-2', 1, { host: 'gate', bind: '::1', remote_port: 2 }]],
    ['localforward [*]:1 [localhost]:2', ['gate-2', 1, { host: 'gate', bind: '::', remote_port: 2 }]],
    ['localforward []:1 [localhost]:2', ['gate-2', 1, { host: 'gate', bind: '::', remote_port: 2 }]],
    ['localforward [nas]:1 [localhost]:2', 'bind takes an IP address, and nas is a name'],
    [
      'localforward 1 /var/run/docker.sock',
      ['gate-docker', 1, { host: 'gate', remote_socket: '/var/run/docker.sock' }],
    ],
    [
      'localforward /tmp/a.sock [db]:1',
      ['gate-1', null, { host: 'gate', local_socket: '/tmp/a.sock', remote_port: 1, remote_host: 'db' }],
    ],
    [
      'localforward /tmp/a b.sock /run/c d.sock',
      ['gate-cd', null, { host: 'gate', local_socket: '/tmp/a b.sock', remote_socket: '/run/c d.sock' }],
    ],
    ['dynamicforward 1080', ['gate-socks', 1080, { host: 'gate', dynamic: true }]],
    ['dynamicforward [*]:1080', ['gate-socks', 1080, { host: 'gate', bind: '::', dynamic: true }]],
    [
      'remoteforward 8080 [localhost]:3000',
      ['gate-remote-8080', null, { host: 'gate', remote: true, local_port: 3000, remote_port: 8080 }],
    ],
    [
      'remoteforward [*]:8080 [nas]:3000',
      [
        'gate-remote-8080',
        null,
        {
          host: 'gate',
          remote: true,
          local_port: 3000,
          local_host: 'nas',
          remote_port: 8080,
          remote_host: '0.0.0.0',
        },
      ],
    ],
    [
      'remoteforward 8080 /run/a.sock',
      [
        'gate-remote-8080',
        null,
        { host: 'gate', remote: true, local_socket: '/run/a.sock', remote_port: 8080 },
      ],
    ],
    [
      'remoteforward /run/a.sock [localhost]:3000',
      ['gate-remote-a', null, { host: 'gate', remote: true, local_port: 3000, remote_socket: '/run/a.sock' }],
    ],
    ['remoteforward 9004 [socks]:0', 'LocalPort cannot open a SOCKS proxy on a server'],
    ['remoteforward 0 [localhost]:22', 'the server would choose another port each time'],
    ['localforward ~/a.sock [db]:1', null],
  ])('becomes a service, or not: %s', (line, expected) => {
    expect(proposed(line)).toEqual(expected);
  });

  it('is open to the network if GatewayPorts is set', () => {
    expect(opensToAll('user me\ngatewayports yes\n')).toBe(true);
    expect(opensToAll('gatewayports no\n')).toBe(false);
    expect(proposed('localforward 1 [localhost]:2', true)).toEqual([
      'gate-2',
      1,
      { host: 'gate', bind: '::', remote_port: 2 },
    ]);
  });

  it('that leads to a socket is not also a SOCKS proxy', () => {
    const printed = 'dynamicforward 8085\ndynamicforward 1080\nlocalforward 8085 /run/x.sock';
    expect(parseForwards(printed).map(({ kind }) => kind)).toEqual(['dynamic', 'local']);
  });

  it('is named after its host when it is the only one', () => {
    const [forward] = parseForwards('localforward 1 [db]:2');
    const proposal = forward && proposeForward('gate', forward, { isOnly: true, isOpenToAll: false });
    expect(proposal).toMatchObject({ name: 'gate' });
  });
});

describe('the line of a forward', () => {
  const { forwards } = parseSshConfig(`LocalForward 1 a:1
Match exec true
LocalForward 1 a:1
LocalForward 1 b:1
LocalForward \${HOME}/x.sock c:1
LocalForward 2 d:http`);
  const lineOf = (printed: string): number | null => {
    const [forward] = parseForwards(printed);
    return forward === undefined ? null : (whereWritten(forward, forwards)?.line ?? null);
  };

  it.each([
    ['localforward 1 [a]:1', 1],
    ['localforward 1 [b]:1', 4],
    ['localforward /root/x.sock [c]:1', 5],
    ['localforward 2 [d]:80', 6],
    ['remoteforward 1 [a]:1', null],
  ])('for %s is line %s', (printed, line) => {
    expect(lineOf(printed)).toBe(line);
  });
});
