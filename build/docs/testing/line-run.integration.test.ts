import { expect, it } from 'vitest';
import { runLine, type LineRun } from './line-run.ts';

const run = (line: string, isEndless: boolean): Promise<LineRun> =>
  runLine({
    argv: ['/bin/sh', '-c', line],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    isEndless,
    timeoutMs: 2_000,
  });

it('ends an endless line with Ctrl-C once it has printed something', async () => {
  expect(await run('echo begun; exec sleep 60', true)).toEqual({ code: 0, out: 'begun\n', err: '' });
});

it('fails an endless line that prints nothing, even if Ctrl-C would end it well, or that ends by itself', async () => {
  expect(await run("trap 'exit 0' INT; sleep 60", true)).toMatchObject({ code: null, out: '' });
  expect(await run('true', true)).toEqual({ code: null, out: '', err: '\nit printed nothing' });
});

it('fails a line that does not end', async () => {
  const err = '\nstill running after 2 s';
  expect(await run('echo begun; exec sleep 60', false)).toEqual({ code: null, out: 'begun\n', err });
});
