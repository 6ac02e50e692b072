import { describe, expect, it } from 'vitest';
import { parseLocalForwards, parseSshConfig, proposeForwards } from './ssh-config.ts';

describe('an ssh_config', () => {
  it('names its hosts, without patterns, and what it includes', () => {
    const text = [
      '# Host commented',
      'Include conf.d/* "~/with space"',
      'Host bastion db-* !db-old jump',
      '  HostName 10.0.0.1',
      'host=second',
      '\tHOST "third"',
      'Match host fourth',
      'Host *',
      'HostKeyAlgorithms rsa',
      'Host bastion',
    ].join('\n');
    expect(parseSshConfig(text)).toEqual({
      hosts: ['bastion', 'jump', 'second', 'third'],
      includes: ['conf.d/*', '~/with space'],
    });
  });

  it.each([
    ['blanks', ' '.repeat(200_000), 0],
    ['blanks between two hosts', `Host a${' '.repeat(200_000)}b`, 2],
    ['blanks and a zero byte', `Host a${' '.repeat(200_000)}\0`, 2],
    ['blanks around an equals sign', `Host${' '.repeat(100_000)}=${' '.repeat(100_000)}a`, 1],
    ['quotes that do not match', `Host ${'"a '.repeat(60_000)}`, 500],
    ['very many hosts', Array.from({ length: 30_000 }, (_, index) => `Host h${index}\n`).join(''), 500],
  ])('is read in a time that its length bounds: %s', (_, text, count) => {
    expect(parseSshConfig(text).hosts.length).toBeLessThanOrEqual(count);
  });

  it.each([
    [
      'localforward 5432 [db.internal]:5432',
      [{ localPort: 5432, remoteHost: 'db.internal', remotePort: 5432 }],
    ],
    ['localforward [127.0.0.1]:5433 [::1]:80', [{ localPort: 5433, remoteHost: '::1', remotePort: 80 }]],
    ['localforward *:8080 [localhost]:80', [{ localPort: 8080, remoteHost: 'localhost', remotePort: 80 }]],
    ['localforward /tmp/a.sock [db]:1', []],
    ['localforward 8080 /var/run/docker.sock', []],
    ['remoteforward 5432 [db]:5432', []],
  ])('forwards as ssh -G says: %s', (line, forwards) => {
    expect(parseLocalForwards(`user me\n${line}\nport 22`)).toEqual(forwards);
  });

  it('becomes services that leave to ssh what ssh knows', () => {
    const forwards = [
      { localPort: 5432, remoteHost: 'db', remotePort: 5432 },
      { localPort: 8080, remoteHost: 'localhost', remotePort: 80 },
    ];
    expect(
      proposeForwards('bastion', forwards).map(({ name, connection }) => ({ name, connection })),
    ).toEqual([
      { name: 'bastion-5432', connection: { host: 'bastion', remote_host: 'db' } },
      { name: 'bastion-80', connection: { host: 'bastion' } },
    ]);
    expect(proposeForwards('bastion', forwards.slice(0, 1))[0]?.name).toBe('bastion');
  });
});
