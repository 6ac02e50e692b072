import { describe, expect, it } from 'vitest';
import { findLoginShell, loginShellArguments } from './login-shell.ts';

describe('loginShellArguments', () => {
  it.each([
    ['/bin/zsh', ['-i', '-l', '-c', 'CMD']],
    ['/opt/homebrew/bin/fish', ['-i', '-l', '-c', 'CMD']],
    ['/bin/tcsh', ['-ic', 'CMD']],
    ['/bin/csh', ['-ic', 'CMD']],
    ['/usr/local/bin/pwsh', ['-Login', '-Command', 'CMD']],
    ['/opt/homebrew/bin/nu', null],
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
