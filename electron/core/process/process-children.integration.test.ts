import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { childrenOf } from './process-children.ts';

test('a child is found with its command line while it runs, and no longer once it has ended', async () => {
  const child = spawn('sleep', ['3599'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const found = async (): Promise<readonly string[]> =>
    (await childrenOf(process.pid)).filter(({ pid }) => pid === child.pid).map(({ command }) => command);
  await expect.poll(found).toEqual(['sleep 3599']);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await found()).toEqual([]);
});

test('who does not run has none', async () => {
  expect(await childrenOf(0x3fffffff)).toEqual([]);
});
