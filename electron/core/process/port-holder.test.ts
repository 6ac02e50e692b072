import { describe, expect, it } from 'vitest';
import type { BindAddress } from '../../../shared/bind-address.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { parseListeningSockets, parseLsof, rememberingPortHolder } from './port-holder.ts';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   999        0 812001 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1538 0100007F:C350 01 00000000:00000000 00:00000000 00000000   999        0 812002 1 0000000000000000 20 4 30 10 -1
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 400 1 0000000000000000 100 0 0 10 0
   3: 0100007F:1539 0100007F:1538 06 00000000:00000000 03:00001A0B 00000000     0        0 0 3 0000000000000000
`;
const table6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:1538 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000   999        0 812003 1 0000000000000000 100 0 0 10 0
`;

const inodesOf = (...args: Parameters<typeof parseListeningSockets>): readonly string[] =>
  parseListeningSockets(...args).map(({ inode }) => inode);

describe('parseListeningSockets', () => {
  it('reads whose they are', () => {
    expect(parseListeningSockets(table, 5432)).toEqual([{ inode: '812001', uid: 999 }]);
  });

  it.each([
    ['the listening socket, not its connections', table, 5432, ['812001']],
    ['a port written in another width', table, 22, ['400']],
    ['the IPv6 table', table6, 5432, ['812003']],
    ['a port that only connections use', table, 5433, []],
    ['an empty table', '', 5432, []],
    ['garbage', 'a b c\n: : : :\n', 5432, []],
  ])('reads %s', (_, text, port, expected) => {
    expect(inodesOf(text, port)).toEqual(expected);
  });

  it.each<readonly [BindAddress, string, number, readonly string[]]>([
    [null, table, 5432, ['812001']],
    ['127.0.0.2', table, 5432, []],
    ['127.0.0.2', table, 22, ['400']],
    ['::1', table6, 5432, ['812003']],
    ['127.0.0.1', table6, 5432, []],
    ['::', table, 5432, ['812001']],
  ])('finds the listeners that conflict with %s', (bind, text, port, expected) => {
    expect(inodesOf(text, port, bind)).toEqual(expected);
  });
});

describe('parseLsof', () => {
  it.each([
    ['one process', 'p812\ncpostgres\nf7\nn127.0.0.1:5432\n', { pid: 812, name: 'postgres' }],
    ['the first of several', 'p1\ncnginx\nf6\nn*:80\np2\ncnginx\nf6\nn*:80\n', { pid: 1, name: 'nginx' }],
    ['an escaped name', 'p9\ncGoogle\\x20Chrome\nf1\nn*:80\n', { pid: 9, name: 'Google Chrome' }],
    ['no process', '', null],
    ['a command without process', 'cpostgres\n', null],
  ])('reads %s', (_, output, expected) => {
    expect(parseLsof(output)).toEqual(expected);
  });

  it('ignores a program that listens at another address', () => {
    const output = 'p1\nca\nf6\nn127.0.0.2:80\np2\ncb\nf6\nn192.0.2.1:80\nf7\nn[::1]:80\n';
    expect([null, '127.0.0.2', '192.0.2.1'].map((bind) => parseLsof(output, bind)?.name)).toEqual([
      'b',
      'a',
      'b',
    ]);
  });
});

describe('the remembered holder of a port', () => {
  it('is looked up again only after a while, although the port is tried every few seconds', async () => {
    const clock = new FakeClock();
    const asked: number[] = [];
    const holder = rememberingPortHolder({ localPort: 5432, bind: null }, clock, () => {
      asked.push(clock.now());
      return Promise.resolve(`postgres (pid ${asked.length})`);
    });
    const answers: (string | null)[] = [];
    for (let round = 0; round < 20; round++) {
      answers.push(await holder());
      await clock.advance(2_000);
    }
    expect(asked).toEqual([0, 30_000]);
    expect([answers[0], answers[14], answers[15]]).toEqual([
      'postgres (pid 1)',
      'postgres (pid 1)',
      'postgres (pid 2)',
    ]);
  });
});
