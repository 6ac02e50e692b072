/** Compares our parsing of ssh URLs with that of the real ssh. */
import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseSshUrl, type SshUrl } from './ssh-url.ts';

/** null: ssh rejects it. `ssh -G` does not resolve or connect. */
function readBySsh(url: string): (Omit<SshUrl, 'user'> & { readonly user: string }) | null {
  try {
    const argv = ['-F', '/dev/null', '-G', '--', url];
    const printed = execFileSync('ssh', argv, { encoding: 'utf8', stdio: 'pipe' });
    const option = (name: string): string => new RegExp(`^${name} (.*)$`, 'm').exec(printed)?.[1] ?? '';
    return { user: option('user'), host: option('hostname'), port: Number(option('port')) };
  } catch {
    return null;
  }
}

describe('an ssh URL', () => {
  it.each([
    ['ssh://bastion', { user: null, host: 'bastion', port: null }],
    ['ssh://bastion/', { user: null, host: 'bastion', port: null }],
    ['ssh://10.0.0.1:2222', { user: null, host: '10.0.0.1', port: 2222 }],
    ['ssh://me@bastion:2222/', { user: 'me', host: 'bastion', port: 2222 }],
    ['ssh://me%40corp@db_1.example', { user: 'me@corp', host: 'db_1.example', port: null }],
    ['ssh://', null],
    ['ssh://me@', null],
    ['ssh://-bastion', null],
    ['ssh://a@b@bastion', null],
    ['ssh://me%zz@bastion', null],
    ['ssh://bastion:0', null],
    ['ssh://bastion:65536', null],
    ['ssh://bastion/x', null],
    ['ssh://[::1]:22', null],
  ])('is read as ssh reads it: %s', (url, expected) => {
    expect(parseSshUrl(url)).toEqual(expected);
    const bySsh =
      expected === null
        ? null
        : { ...expected, user: expected.user ?? userInfo().username, port: expected.port ?? 22 };
    expect(readBySsh(url)).toEqual(bySsh);
  });

  it('is rejected if ssh would treat a password as part of the user name', () => {
    expect(parseSshUrl('ssh://me:hush@bastion')).toBeNull();
    expect(readBySsh('ssh://me:hush@bastion')).toMatchObject({ user: 'me:hush' });
  });
});
