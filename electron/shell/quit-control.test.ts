import { expect, test } from 'vitest';
import type { ShutdownReport } from '../core/lifecycle/shutdown-report.ts';
import { QuitControl } from './quit-control.ts';

const report = (problems: readonly string[]): ShutdownReport => ({
  reason: 'test',
  phases: [],
  problems,
  totalMs: 1,
});

test.each([
  [[], 0],
  [['left behind: ssh still runs as pid 7'], 1],
] as const)('tells what the shutdown left (%j) before the process ends with %d', async (problems, code) => {
  const steps: unknown[] = [];
  const app = { on: () => app, exit: (given?: number) => void steps.push(given) };
  const shutdown = (): Promise<ShutdownReport> => Promise.resolve(report(problems));
  const host = { shutdown, forceShutdown: shutdown, systemShutdown: shutdown };
  const control = new QuitControl(app as never, host, (told) => void steps.push(told.problems));
  await control.quit('test');
  expect(steps).toEqual([problems, code]);
  await control.quit('asked again');
  expect(steps).toEqual([problems, code, code]);
});
