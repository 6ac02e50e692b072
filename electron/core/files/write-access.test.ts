import { describe, expect, it } from 'vitest';
import { privateGroupOf, whoElseMayWrite, type EntryFacts, type Writers } from './write-access.ts';

describe('write access of others to a component of the path to the config', () => {
  const user = { uid: 501, privateGroup: 501 };
  const mine = (kind: EntryFacts['kind'], mode: number, gid = 501): EntryFacts => ({
    kind,
    uid: 501,
    gid,
    mode,
  });

  it.each<readonly [string, EntryFacts, Writers]>([
    ['a file of mine', mine('file', 0o600), null],
    ["a file of root's", { ...mine('file', 0o644), uid: 0, gid: 0 }, null],
    ["a file of another user's, however closed", { ...mine('file', 0o400), uid: 502 }, 'owner'],
    ["a folder of another user's", { ...mine('folder', 0o755), uid: 502 }, 'owner'],
    ["a sticky folder of another user's", { ...mine('folder', 0o1777), uid: 502 }, 'owner'],
    ['a link that another user put there', { ...mine('link', 0o777), uid: 502 }, 'owner'],
    ['a link of mine, whose rights mean nothing', mine('link', 0o777), null],
    ['a file of my private group', mine('file', 0o664), null],
    ['a folder of my private group', mine('folder', 0o775), null],
    ['a file of a shared group', mine('file', 0o664, 100), 'group'],
    ['a folder of a shared group', mine('folder', 0o775, 100), 'group'],
    ["a folder of root's group", { ...mine('folder', 0o775), uid: 0, gid: 0 }, 'group'],
    ['a file that everybody may write', mine('file', 0o666), 'everybody'],
    ['a file that everybody but the group may write', mine('file', 0o606), 'everybody'],
    ['a folder that everybody may write', mine('folder', 0o777), 'everybody'],
    ['a sticky folder such as /tmp', { ...mine('folder', 0o1777), uid: 0, gid: 0 }, null],
    ['a sticky folder of a shared group', mine('folder', 0o1775, 100), null],
    ['a file whose sticky bit means nothing', mine('file', 0o1666), 'everybody'],
  ])('of %s', (_, facts, expected) => {
    expect(whoElseMayWrite(facts, user)).toBe(expected);
  });

  it('includes any group if no private one is known', () => {
    expect(whoElseMayWrite(mine('file', 0o664), { uid: 501, privateGroup: null })).toBe('group');
  });
});

describe('the private group of a user', () => {
  const passwd =
    'root:x:0:0::/root:/bin/sh\nada:x:501:501:Ada,,,:/home/ada:/bin/sh\nbob:x:502:100::/:/bin/sh\n';
  const files = {
    platform: 'linux',
    uid: 501,
    passwd,
    group: 'root:x:0:\nada:x:501:\nusers:x:100:ada\n',
  } as const;

  it.each<readonly [string, Partial<Parameters<typeof privateGroupOf>[0]>, number | null]>([
    ['it has their name and no other member', {}, 501],
    ['it names them as its only member', { group: 'ada:x:501:ada\n' }, 501],
    ['another user is a member', { group: 'ada:x:501:ada,bob\n' }, null],
    ['it has another name', { group: 'staff:x:501:\n' }, null],
    ['it is the primary group of somebody else too', { passwd: `${passwd}eve:x:503:501::/:/bin/sh\n` }, null],
    ['their primary group is a shared one', { uid: 502 }, null],
    ['the files do not know the user', { uid: 777 }, null],
    ['the files do not know the group', { group: '' }, null],
    ['on macOS, where `staff` is everybody', { platform: 'darwin' }, null],
  ])('is determined where %s', (_, change, expected) => {
    expect(privateGroupOf({ ...files, ...change })).toBe(expected);
  });
});
