import { describe, expect, test } from 'vitest';
import type { ShutdownReport } from '../core/lifecycle/shutdown-report.ts';
import { sleep } from '../core/clock.ts';
import { FakeClock } from '../core/testing/fake-clock.ts';
import { QuitControl } from './quit-control.ts';

const report = (problems: readonly string[]): ShutdownReport => ({
  reason: 'test',
  phases: [],
  problems,
  totalMs: 1,
});

function setUp(problems: readonly string[] = []) {
  const steps: unknown[] = [];
  const clock = new FakeClock();
  const app = { on: () => app, exit: (given?: number) => void steps.push(given) };
  const shutdown = (): Promise<ShutdownReport> => Promise.resolve(report(problems));
  const host = { shutdown, forceShutdown: shutdown, systemShutdown: shutdown };
  const tell = (told: ShutdownReport): void => void steps.push(told.problems);
  return { steps, clock, control: new QuitControl({ app: app as never, host, clock, tell }) };
}

test.each([
  [[], 0],
  [['left behind: ssh still runs as pid 7'], 1],
] as const)('tells what the shutdown left (%j) before the process ends with %d', async (problems, code) => {
  const { control, steps } = setUp(problems);
  await control.quit('test');
  expect(steps).toEqual([problems, code]);
  await control.quit('asked again');
  expect(steps).toEqual([problems, code, code]);
});

describe('while the app is being started', () => {
  test.each(['succeeds', 'fails'])('the process ends once the start %s', async (outcome) => {
    const { control, steps, clock } = setUp();
    const start = sleep(clock, 500).then(() => {
      if (outcome === 'fails') throw new Error('no icon');
    });
    control.startingUntil(start);
    const quit = control.quit('test');
    await clock.advance(499);
    expect(steps).toEqual([]);
    await clock.advance(1);
    await quit;
    expect(steps).toEqual([[], 0]);
  });

  test('a start that hangs does not keep it from ending', async () => {
    const { control, steps, clock } = setUp();
    control.startingUntil(new Promise(() => undefined));
    const quit = control.quit('test');
    await clock.advance(2_000);
    await quit;
    expect(steps).toEqual([[], 0]);
  });
});
