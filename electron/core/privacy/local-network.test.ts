import { describe, expect, it } from 'vitest';
import { classifyConnectError } from '../failure/connect-failure.ts';
import { mayBeBlocked } from './local-network.ts';
import type { MacPrivacy } from './mac-privacy.ts';
import { responsibleProgram } from './responsible-program.ts';
import { officeLan } from './testing/office-lan.ts';

const mac: MacPrivacy = {
  platform: 'darwin',
  interfaces: () => officeLan,
  program: 'iTerm2',
  homeDirectory: '/Users/me',
};

describe('the local network permission may have blocked', () => {
  it.each([
    ['192.168.1.5', true],
    ['192.168.2.5', false],
    ['fe80::5%en0', true],
    ['fe80::5%utun4', false],
    // On the VPN's subnet: point-to-point.
    ['10.1.0.9', false],
    ['10.1.2.3', false],
    ['127.0.0.2', false],
    ['93.184.216.34', false],
    ['2001:db8::5', false],
    ['nas.local', false],
    ['nas', false],
  ])('%s: %s', (address, suspected) => {
    expect(mayBeBlocked(address, mac)).toBe(suspected);
  });

  it('nothing on other systems', () => {
    expect(mayBeBlocked('192.168.1.5', { ...mac, platform: 'linux' })).toBe(false);
  });
});

describe('a connection by LocalPort itself', () => {
  const failing = (code: string, host: string, address?: string): string => {
    const resolved = address === undefined ? {} : { address };
    const error = Object.assign(new Error(`connect ${code} ${address ?? host}`), { code, ...resolved });
    return classifyConnectError(error, { host, port: 5432 }, mac).title;
  };

  it.each([
    ['EHOSTUNREACH', '192.168.1.5', undefined, 'macOS may not let iTerm2 reach 192.168.1.5'],
    ['EHOSTUNREACH', 'nas.local', '192.168.1.5', 'macOS may not let iTerm2 reach 192.168.1.5'],
    ['EHOSTUNREACH', 'nas.local', undefined, 'nas.local cannot be reached'],
    ['EHOSTUNREACH', '10.1.2.3', undefined, '10.1.2.3 cannot be reached'],
    ['EHOSTDOWN', '192.168.1.5', undefined, '192.168.1.5 cannot be reached'],
    ['ENETUNREACH', '192.168.1.5', undefined, '192.168.1.5 cannot be reached'],
  ])('%s to %s (%s): %s', (code, host, address, title) => {
    expect(failing(code, host, address)).toBe(title);
  });
});

describe('the program that macOS asks about', () => {
  const electron = '/Applications/LocalPort.app/Contents/MacOS/LocalPort';
  const node = '/opt/homebrew/bin/node';
  it.each([
    ['the app', { __CFBundleIdentifier: 'dev.localport.app' }, electron, 'LocalPort'],
    [
      'the app with the environment of a terminal, passed on by `open`',
      { __CFBundleIdentifier: 'dev.localport.app', TERM_PROGRAM: 'iTerm.app' },
      electron,
      'LocalPort',
    ],
    [
      'a daemon from a terminal',
      { __CFBundleIdentifier: 'com.googlecode.iterm2', TERM_PROGRAM: 'iTerm.app' },
      node,
      'iTerm2',
    ],
    ['a daemon from an unknown terminal', { TERM_PROGRAM: 'kitty' }, node, 'kitty'],
    ['a daemon from tmux', { TERM_PROGRAM: 'tmux' }, node, 'your terminal'],
    [
      'a daemon from a terminal without a name',
      { __CFBundleIdentifier: 'org.alacritty' },
      node,
      'your terminal',
    ],
    ['a launch agent with Node', {}, node, 'node'],
    ['a launch agent with the command of the app', {}, electron, 'LocalPort'],
  ])('%s', (_, env, execPath, program) => {
    expect(responsibleProgram({ env, execPath })).toBe(program);
  });
});
