import { expect, it } from 'vitest';
import { runTool } from './tool-run.ts';

it('runs many programs at once under one signal without a Node warning', async () => {
  const warnings: string[] = [];
  const note = ({ message }: Error): number => warnings.push(message);
  process.on('warning', note);
  const { signal } = new AbortController();
  const runs = Array.from({ length: 20 }, () => runTool({ env: process.env, signal }, ['true'], 10_000));
  expect((await Promise.all(runs)).map(({ exitCode }) => exitCode)).toEqual(runs.map(() => 0));
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

it('ends a program when the signal aborts', async () => {
  const controller = new AbortController();
  const run = runTool({ env: process.env, signal: controller.signal }, ['sleep', '60'], 60_000);
  controller.abort();
  expect((await run).exitCode).toBeNull();
});
