import { describe, expect, it } from 'vitest';
import { compileConfig } from './config-compiler.ts';
import { compileInProcess, withinDeadline } from './in-process-compiler.ts';
import { sshConfig } from './testing/config-text.ts';

const context = { path: '/etc/lp/localport.yaml', env: {}, homeDirectory: '/home/me' };

describe('a config that is compiled in the process', () => {
  it('has the result of the compiler', async () => {
    const compiled = await compileInProcess(sshConfig(), context, new AbortController().signal);
    expect(compiled).toStrictEqual(compileConfig(sshConfig(), context));
  });

  it('is aborted when it takes too long, in a loop of our own and in a regular expression', () => {
    const message =
      'the file takes too long to read, more than 0.1 s: make it smaller, or reload to try again';
    const late = { ok: false, error: [{ path: '', message }] };
    const loop = (): never => {
      for (;;);
    };
    const backtracking = (): never => {
      for (;;) /^(a+)+$/.test(`${'a'.repeat(60)}b`);
    };
    expect(withinDeadline(loop, 100)).toMatchObject(late);
    expect(withinDeadline(backtracking, 100)).toMatchObject(late);
  });

  it('throws what the compiler throws', () => {
    const fails = (): never => {
      throw new Error('a bug');
    };
    expect(() => withinDeadline(fails, 1_000)).toThrow('a bug');
  });
});
