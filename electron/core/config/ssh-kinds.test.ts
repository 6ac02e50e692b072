import { describe, expect, it } from 'vitest';
import { complaintsOf, loadText } from './testing/config-text.ts';

const ssh = (more: string, connection = 'host: bastion', top = ''): string => `${top}services:
  - name: way
    technology: ssh
    local_port: 1080
    connection: {${connection}}
${more}`;

const built = (text: string) => loadText(text).services[0];

describe('dynamic: true', () => {
  it.each([
    ['of the service', ssh('    dynamic: true\n')],
    ['of the connection', ssh('', 'host: bastion, dynamic: yes')],
  ])('%s makes a SOCKS proxy, whose target is not checked', (_, text) => {
    expect(complaintsOf(text)).toEqual([]);
    expect(built(text)).toMatchObject({
      connection: { host: 'bastion', isDynamic: true },
      healthCheck: { probe: { type: 'auto', hello: null } },
    });
  });

  it('gets no target check from defaults, and keeps checks without a target', () => {
    const defaults = 'defaults: {health_check: {type: tcp, interval: 7}}\n';
    expect(built(ssh('    dynamic: true\n', 'host: h', defaults))).toMatchObject({
      healthCheck: { probe: { type: 'auto' }, intervalMs: 7_000 },
    });
    expect(built(ssh('    dynamic: true\n    health_check: {type: none}\n'))).toMatchObject({
      healthCheck: { probe: { type: 'none' } },
    });
  });

  it.each([
    [
      'a port',
      ssh('    dynamic: true\n    remote_port: 80\n'),
      'error services[0].remote_port: contradicts dynamic: true, where each client names its own target: remove one of them (localport.yaml:7)',
    ],
    [
      'a host',
      ssh('    dynamic: true\n', 'host: h, remote_host: web'),
      'error services[0].connection.remote_host: contradicts dynamic: true, where each client names its own target: remove one of them (localport.yaml:5)',
    ],
    [
      'a check',
      ssh('    dynamic: true\n    health_check: {type: http}\n'),
      'error services[0].health_check.type: http needs a target, and dynamic: true has none: use auto, none, exec (localport.yaml:7)',
    ],
    [
      'names for HTTP',
      ssh('    dynamic: true\n    allowed_hosts: [a]\n'),
      'error services[0].allowed_hosts: is for HTTP, and dynamic: true speaks SOCKS: remove one of them (localport.yaml:7)',
    ],
    [
      'another technology',
      'services: [{name: a, technology: tcp, local_port: 1, remote_port: 1, dynamic: true, connection: {host: h}}]',
      'error services[0].dynamic: works with technology: ssh only (localport.yaml:1)',
    ],
    [
      'nothing at all',
      ssh('    dynamic: false\n'),
      'error services[0].remote_port: is missing, expected a number (localport.yaml:2)',
    ],
  ])('refuses %s', (_, text, expected) => {
    expect(complaintsOf(text)).toEqual([expected]);
  });
});

describe('control_path: user', () => {
  it("uses the user's connection", () => {
    const text = ssh('    remote_port: 80\n', 'host: bastion, control_path: user');
    expect(complaintsOf(text)).toEqual([]);
    expect(built(text)).toMatchObject({ connection: { usesOwnMaster: true } });
  });

  it('reports keys without effect, and accepts no other value', () => {
    const text = ssh('    remote_port: 80\n', 'host: h, control_path: user, password: "${PW}", jump: a');
    expect(complaintsOf(text, { PW: 'x' })).toEqual([
      'warning services[0].connection.password: has no effect with control_path: user, which uses the connection that you have opened (localport.yaml:5)',
      'warning services[0].connection.jump: has no effect with control_path: user, which uses the connection that you have opened (localport.yaml:5)',
    ]);
    expect(complaintsOf(ssh('    remote_port: 80\n', 'host: h, control_path: ~/cm'))).toEqual([
      'error services[0].connection.control_path: "~/cm" found where user is expected (localport.yaml:5)',
    ]);
  });
});

describe('remote: true', () => {
  it.each([
    ['of the service', ssh('    remote_port: 80\n    remote: true\n')],
    ['of the connection', ssh('    remote_port: 80\n', 'host: bastion, remote: yes')],
  ])('%s leads from the server to the local port of a program', (_, text) => {
    expect(complaintsOf(text)).toEqual([]);
    expect(built(text)).toMatchObject({
      localPort: 0,
      connection: { remotePort: 80, localTarget: { host: 'localhost', port: 1080 } },
    });
  });
});
