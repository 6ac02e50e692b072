import { describe, expect, it } from 'vitest';
import { findLoginShell, loginShellArguments, shellToAsk } from './login-shell.ts';

describe('loginShellArguments', () => {
  it.each([
    ['/bin/zsh', ['-i', '-l', '-c', 'CMD']],
    ['/opt/homebrew/bin/fish', ['-i', '-l', '-c', 'CMD']],
    ['/bin/tcsh', ['-ic', 'CMD']],
    ['/bin/csh', ['-ic', 'CMD']],
    ['/usr/local/bin/pwsh', ['-Login', '-Command', 'CMD']],
  ])('of %s', (shell, args) => {
    expect(loginShellArguments(shell, 'CMD')).toEqual(args);
  });
});

describe('findLoginShell', () => {
  it('takes $SHELL, else asks the system', () => {
    expect(findLoginShell({ SHELL: '/bin/zsh' })).toBe('/bin/zsh');
    expect(findLoginShell({ SHELL: '' })).toMatch(/^\//);
  });
});

describe('shellToAsk', () => {
  it.each([
    ['/bin/fish', ['/bin/zsh'], '/bin/fish'],
    ['/opt/homebrew/bin/nu', ['/bin/zsh', '/bin/bash'], '/bin/zsh'],
    ['/opt/homebrew/bin/nu', ['/bin/bash'], '/bin/bash'],
    ['nu', [], '/bin/sh'],
  ])('of %s where there is %j', (shell, present, asked) => {
    expect(shellToAsk(shell, (file) => present.includes(file))).toBe(asked);
  });
});
