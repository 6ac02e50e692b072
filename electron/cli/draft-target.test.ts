import { describe, expect, it } from 'vitest';
import { readAssignment } from './draft-options.ts';
import { addressInUrl, kubePorts, kubeTarget, sshTarget, tcpTarget } from './draft-target.ts';
import { editorArguments, editorCommand } from './text-editor.ts';

describe('the target of a new service', () => {
  it.each([
    ['svc/postgres', { connection: { resource_name: 'postgres' } }],
    ['postgres:5432', { remote_port: 5432, connection: { resource_name: 'postgres' } }],
    [
      'deploy/web:http',
      { remote_port: 'http', connection: { resource_type: 'deployment', resource_name: 'web' } },
    ],
  ])('in a cluster: %s', (text, draft) => {
    expect(kubeTarget(text)).toEqual(draft);
  });

  it.each([
    ['5432', { remote_port: 5432, connection: {} }],
    ['db.internal:5432', { remote_port: 5432, connection: { remote_host: 'db.internal' } }],
    ['[fd00::1]:80', { remote_port: 80, connection: { remote_host: 'fd00::1' } }],
    ['15432:db:5432', { local_port: 15432, remote_port: 5432, connection: { remote_host: 'db' } }],
    ['8080:80', { local_port: 8080, remote_port: 80, connection: {} }],
    ['/run/docker.sock', { remote_socket: '/run/docker.sock', connection: {} }],
  ])('behind an ssh server: %s', (text, draft) => {
    expect(sshTarget(text)).toEqual(draft);
  });

  it('by its address', () => {
    expect(tcpTarget('db.example.com:5432')).toEqual({
      remote_port: 5432,
      connection: { host: 'db.example.com' },
    });
    expect(() => tcpTarget('5432')).toThrow('"5432" has no host');
    expect(() => tcpTarget('db')).toThrow('"db" has no port');
    expect(() => kubeTarget('a/')).toThrow('"a/" is no target');
    expect(() => kubeTarget('a:1:2')).toThrow('"a:1:2" is no target');
  });

  it.each([
    ['5432', { remote_port: 5432 }],
    ['15432:http', { local_port: 15432, remote_port: 'http' }],
    [':5432', { local_port: 'auto', remote_port: 5432 }],
  ])('with the ports of kubectl port-forward: %s', (text, draft) => {
    expect(kubePorts(text)).toEqual(draft);
  });

  it('is not a URL, whose address is named without its password', () => {
    expect(() => tcpTarget('postgres://me:hush@db/shop')).toThrow(
      expect.objectContaining({ message: 'a URL found where HOST:PORT is expected', hint: 'Write db:5432.' }),
    );
    expect(addressInUrl('https://example.com:8443/x')).toBe('example.com:8443');
    expect(addressInUrl('db:5432')).toBeNull();
  });
});

it('fields are set as in the file', () => {
  expect(readAssignment('local_port=5433')).toEqual([['local_port'], 5433]);
  expect(readAssignment('health_check.interval=5s')).toEqual([['health_check', 'interval'], '5s']);
  expect(readAssignment('enabled=false')).toEqual([['enabled'], false]);
  expect(readAssignment('tags=["a", "b"]')).toEqual([['tags'], ['a', 'b']]);
  expect(readAssignment('connection.user=0123')).toEqual([['connection', 'user'], '0123']);
  expect(() => readAssignment('x')).toThrow('expected FIELD=VALUE');
  expect(() => readAssignment('a..b=1')).toThrow('"a..b" is no field');
  expect(() => readAssignment('tags=[a')).toThrow('is not JSON');
});

describe('the text editor', () => {
  it('is the one from the environment', () => {
    expect(editorCommand({ VISUAL: ' ', EDITOR: 'nano' })).toBe('nano');
    expect(editorCommand({ VISUAL: 'code', EDITOR: 'nano' })).toBe('code');
    expect(editorCommand({})).toBeNull();
  });

  it.each([
    ['vi', ['+7', '/c.yaml']],
    ['/usr/bin/nvim -u NONE', ['+7', '/c.yaml']],
    ['code', ['--wait', '--goto', '/c.yaml:7']],
    ['cursor --wait', ['--goto', '/c.yaml:7']],
    ['zed', ['--wait', '/c.yaml:7']],
    ['ed', ['/c.yaml']],
  ])('%s opens the line, and is waited for', (command, args) => {
    expect(editorArguments(command, { path: '/c.yaml', line: 7 })).toEqual(args);
  });
});
