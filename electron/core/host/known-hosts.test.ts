import { describe, expect, it } from 'vitest';
import { fingerprintOf, hostKeysIn, knownHostLine, knownHostName } from './known-hosts.ts';

// GitHub's public host key; GitHub publishes its fingerprint.
const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';

describe('lines of known_hosts', () => {
  it('are read from the output of ssh-keyscan and ssh-keygen, each key once', () => {
    const text = [
      '# Host github.com found: line 3',
      `github.com ssh-ed25519 ${key}`,
      `|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-ed25519 ${key} a comment`,
      `@revoked * ssh-rsa AAAAB3Nz`,
      'not a key',
      '',
    ];
    expect(hostKeysIn(text.join('\n'))).toEqual([
      { marker: null, type: 'ssh-ed25519', base64: key },
      { marker: '@revoked', type: 'ssh-rsa', base64: 'AAAAB3Nz' },
    ]);
  });

  it('have the fingerprint that GitHub publishes for this key', () => {
    expect(fingerprintOf({ marker: null, type: 'ssh-ed25519', base64: key })).toEqual({
      type: 'ED25519',
      fingerprint: 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
    });
  });

  it.each([
    ['ssh-rsa', 'RSA'],
    ['ecdsa-sha2-nistp256', 'ECDSA'],
    ['sk-ssh-ed25519@openssh.com', 'SK-SSH-ED25519'],
  ])('call %s %s', (type, shown) => {
    expect(fingerprintOf({ marker: null, type, base64: key }).type).toBe(shown);
  });

  it('include the port unless it is 22', () => {
    expect([knownHostName('a', 22), knownHostName('::1', 2222)]).toEqual(['a', '[::1]:2222']);
  });

  it('hide the name if they are hashed', () => {
    const one = { marker: null, type: 'ssh-ed25519', base64: key };
    expect(knownHostLine('a', one, null)).toBe(`a ssh-ed25519 ${key}`);
    expect(knownHostLine('a', one, Buffer.alloc(20))).toMatch(/^\|1\|A{27}=\|[\w+/]{27}= ssh-ed25519 /);
  });
});
