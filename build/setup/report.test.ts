import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { requireNpm } from './programs.mjs';
import { withProgress } from './report.mjs';

let lines: string[];

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => lines.push(line));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const step = async (ms: number, progress: readonly string[] = []): Promise<void> => {
  const done = withProgress('unpacking', async (tell) => {
    progress.forEach(tell);
    await new Promise((resolve) => setTimeout(resolve, ms));
  });
  await vi.advanceTimersByTimeAsync(ms);
  await done;
};

it('says nothing about a quick step', async () => {
  await step(1_000);
  expect(lines).toEqual([]);
});

it('announces a slow step once, and says that it continues and how long it took', async () => {
  await step(15_000);
  expect(lines).toEqual([
    '[set-up] unpacking …',
    '[set-up] unpacking: still at it after 10 s',
    '[set-up] unpacking: done in 15 s',
  ]);
});

it('announces a step before its progress', async () => {
  await step(3_000, ['10 %', '20 %']);
  expect(lines).toEqual([
    '[set-up] unpacking …',
    '[set-up]   10 %',
    '[set-up]   20 %',
    '[set-up] unpacking: done in 3 s',
  ]);
});

it('says how to get npm if it is missing', () => {
  expect(() => requireNpm('/nowhere')).toThrow(/npm was not found .*apt-get install -y npm/);
});
