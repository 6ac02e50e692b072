import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { completionScripts } from './completion-scripts.ts';

describe('the completion script for zsh', () => {
  it('runs compinit if no rc file has done so, as on a new Mac', () => {
    const { zsh } = completionScripts;
    const guard = zsh.indexOf('(( $+functions[compdef] )) ||');
    expect(guard).toBeGreaterThan(0);
    expect(guard).toBeLessThan(zsh.indexOf('compdef _localport'));
  });

  it.skipIf(!existsSync('/bin/zsh'))('works in a zsh without any rc file', () => {
    const home = mkdtempSync(path.join(tmpdir(), 'zsh-'));
    const script = `${completionScripts.zsh}\nprint -r -- $_comps[localport]`;
    const env = { HOME: home, PATH: '/usr/bin:/bin' };
    const out = execFileSync('/bin/zsh', ['-f', '-c', script], { env, encoding: 'utf8' });
    rmSync(home, { recursive: true });
    expect(out).toBe('_localport\n');
  });
});

describe('the completion script for bash', () => {
  it('offers names as they are, not the files that match them', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bash-'));
    const names = ['*', '/*/*', 'a b', '$(id)', "it's", 'back\\slash', '-n'];
    writeFileSync(path.join(folder, 'names'), `${names.join('\n')}\n`);
    const script = `${completionScripts.bash}
localport() { cat names; }
COMP_WORDS=(localport start '') COMP_CWORD=2 COMP_LINE='localport start ' COMP_WORDBREAKS=' '
_localport
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(out.trimEnd().split('\n')).toEqual([
      '\\*',
      '/\\*/\\*',
      'a\\ b',
      '\\$\\(id\\)',
      "it\\'s",
      'back\\\\slash',
      '-n',
    ]);
  });
});
