import { describe, expect, it } from 'vitest';
import {
  describeListener,
  parseLsofListeners,
  originOf,
  type Command,
  type PortListener,
} from './listener-origin.ts';

const command: Command = { pid: 500, startedAt: 10_000, ourUid: 1000, ourPid: 400 };
const listener = (uid: number, pid: number, startedAt: number | null, pgid = pid): PortListener => ({
  uid,
  process: { pid, pgid, name: 'socat', startedAt },
});

describe('the listener on the port of a command', () => {
  it.each<readonly [string, PortListener, string]>([
    ['the command', listener(1000, 500, 10_000), 'accepted'],
    ['a member of its group, whatever its user', listener(33, 501, 10_001, 500), 'accepted'],
    ['a later program of this user', listener(1000, 600, 10_000), 'accepted'],
    ['a program of root, which we cannot inspect', { uid: 0, process: null }, 'accepted'],
    ['a program of this user that started earlier', listener(1000, 300, 9_999), 'older'],
    ['a program of unknown age', listener(1000, 300, null), 'accepted'],
    ['another user', { uid: 1001, process: null }, 'other-user'],
    ['another user whom root can see', listener(1001, 600, 20_000), 'other-user'],
    ['LocalPort itself', listener(1000, 400, 1), 'ourselves'],
  ])('%s', (_, found, expected) => {
    expect(originOf(found, command)).toBe(expected);
  });

  it('is described', () => {
    expect([
      describeListener(listener(1000, 300, 1), 'older'),
      describeListener({ uid: 1001, process: null }, 'other-user'),
    ]).toEqual(['socat (pid 300)', 'a program of another user (uid 1001)']);
  });
});

it('parses the listeners of lsof with their groups and users', () => {
  const output =
    'p812\ng800\nu501\ncssh\nf7\nn127.0.0.1:80\nf8\nn[::1]:80\np9\ng9\nu502\ncnode\nf3\nn[::1]:80\n';
  expect(parseLsofListeners(output, (address) => address.startsWith('127'))).toEqual([
    { uid: 501, process: { pid: 812, pgid: 800, name: 'ssh', startedAt: null } },
  ]);
});
