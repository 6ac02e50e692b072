import { describe, expect, it } from 'vitest';
import { parseSshConfig } from './ssh-config.ts';
import { readConfigLine } from './ssh-config-words.ts';

describe('a line of an ssh_config', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['Host a b # comment', 'host', ['a', 'b']],
    ['  host=second', 'host', ['second']],
    ['HOST = "third one" x#y', 'host', ['third one', 'x#y']],
    [`LocalForward '/tmp/a b' c\\ d`, 'localforward', ['/tmp/a b', 'c d']],
    [String.raw`Match exec "test \"$x\" = 'y z'"`, 'match', ['exec', `test "$x" = 'y z'`]],
    ['"LocalForward" 1 2\r', 'localforward', ['1', '2']],
    ['Compression', 'compression', []],
  ])('is read as ssh reads it: %s', (line, keyword, words) => {
    expect(readConfigLine(line)).toEqual({ keyword, words });
  });

  it.each(['', '   ', '# Host a', '\t#'])('is empty or a comment: %j', (line) => {
    expect(readConfigLine(line)).toBeNull();
  });
});

describe('an ssh_config', () => {
  it('yields its hosts, without patterns, and its includes', () => {
    const text = [
      '# Host commented',
      'Include conf.d/* "~/with space"',
      'Host bastion db-* !db-old jump # not these',
      '  HostName 10.0.0.1',
      'host=second',
      '\tHOST "third"',
      'Match originalhost fourth,x-* user "a b"',
      'Match user=me host=fifth',
      'Match !host sixth canonical',
      'Host *',
      'HostKeyAlgorithms rsa',
      'Host bastion',
    ].join('\n');
    expect(parseSshConfig(text)).toEqual({
      hosts: ['bastion', 'jump', 'second', 'third', 'fourth', 'fifth'],
      includes: [
        { pattern: 'conf.d/*', isPassing: false },
        { pattern: '~/with space', isPassing: false },
      ],
      forwards: [],
    });
  });

  it('yields the lines of forwards, and which of them are conditional', () => {
    const text = `LocalForward 1 a:1
Match host b exec "test -e /x"
  RemoteForward [::1]:2 ::1/22
  Include inner
Match !localnetwork 10.0.0.0/8
  DynamicForward localhost:3
Match user exec
  LocalForward /a.sock "/b c.sock"
Host c
  LocalForward *:4 d:4`;
    expect(
      parseSshConfig(text).forwards.map(
        ({ kind, listen, to, line, isPassing }) =>
          `${line}: ${kind} ${listen} ${to}${isPassing ? ' at times' : ''}`,
      ),
    ).toEqual([
      '1: local 1 [a]:1',
      '3: remote [::1]:2 [::1]:22 at times',
      '6: dynamic [localhost]:3 null at times',
      '8: local /a.sock /b c.sock',
      '10: local [*]:4 [d]:4',
    ]);
    expect(parseSshConfig(text).includes).toEqual([{ pattern: 'inner', isPassing: true }]);
    expect(parseSshConfig('LocalForward 1 a:1', true).forwards[0]?.isPassing).toBe(true);
  });

  it.each([
    ['blanks', ' '.repeat(200_000), 0],
    ['blanks between two hosts', `Host a${' '.repeat(200_000)}b`, 2],
    ['blanks and a zero byte', `Host a${' '.repeat(200_000)}\0`, 2],
    ['blanks around an equals sign', `Host${' '.repeat(100_000)}=${' '.repeat(100_000)}a`, 1],
    ['quotes that do not match', `Host ${'"a '.repeat(60_000)}`, 500],
    ['backslashes', `Host ${'\\'.repeat(200_000)}`, 1],
    ['criteria', `Match ${'host a '.repeat(60_000)}`, 500],
    ['equals signs', `Match ${'='.repeat(200_000)}`, 1],
    ['a forward of colons', `LocalForward ${':'.repeat(200_000)} ${'['.repeat(200_000)}`, 0],
    ['very many hosts', Array.from({ length: 30_000 }, (_, index) => `Host h${index}\n`).join(''), 500],
  ])('is read in linear time: %s', (_, text, count) => {
    expect(parseSshConfig(text).hosts.length).toBeLessThanOrEqual(count);
  });
});
