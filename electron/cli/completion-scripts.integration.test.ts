import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
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
