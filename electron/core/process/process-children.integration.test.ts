import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { childrenOf } from './process-children.ts';

test('a child is found with its command line only while it runs', async () => {
  const child = spawn('sleep', ['3599'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const found = async (): Promise<readonly string[]> =>
    (await childrenOf(process.pid)).filter(({ pid }) => pid === child.pid).map(({ command }) => command);
  await expect.poll(found).toEqual(['sleep 3599']);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await found()).toEqual([]);
});

test('a process that does not run has no children', async () => {
  expect(await childrenOf(0x3fffffff)).toEqual([]);
});
