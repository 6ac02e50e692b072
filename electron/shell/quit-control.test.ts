import { describe, expect, test } from 'vitest';
import { sleep } from '../core/clock.ts';
import type { ShutdownReport } from '../core/lifecycle/shutdown-report.ts';
import { FakeClock } from '../core/testing/fake-clock.ts';
import { QuitControl, type LastStep } from './quit-control.ts';

const report = (problems: readonly string[]): ShutdownReport => ({
  reason: 'test',
  phases: [],
  problems,
  totalMs: 1,
});

test.each([
  [[], 0],
  [['left behind: ssh still runs as pid 7'], 1],
] as const)(
  'reports what the shutdown left behind (%j) before the process exits with %d',
  async (problems, code) => {
    const steps: unknown[] = [];
    const app = { on: () => app, exit: (given?: number) => void steps.push(given) };
    const shutdown = (): Promise<ShutdownReport> => Promise.resolve(report(problems));
    const host = { shutdown, forceShutdown: shutdown, systemShutdown: shutdown };
    const tell = (told: ShutdownReport): void => void steps.push(told.problems);
    const control = new QuitControl({ app: app as never, host, clock: new FakeClock(), tell });
    await control.quit('test');
    expect(steps).toEqual([problems, code]);
    await control.quit('asked again');
    expect(steps).toEqual([problems, code, code]);
  },
);

/** Every step in order: the host's shutdown, the last step, the exit. */
function setUp(lastStep: LastStep = () => 'then-exit') {
  const steps: string[] = [];
  const clock = new FakeClock();
  let quitAsked: (event: { preventDefault(): void }) => void = () => undefined;
  const app = {
    on: (_event: string, listener: typeof quitAsked) => {
      quitAsked = listener;
    },
    exit: (code?: number) => void steps.push(`exit ${code}`),
  };
  const end = (how: string) => (): Promise<ShutdownReport> => {
    steps.push(how);
    return Promise.resolve(report([]));
  };
  const host = {
    shutdown: end('shutdown'),
    forceShutdown: end('forced'),
    systemShutdown: end('system'),
  };
  const control = new QuitControl({ app: app as never, host, clock, tell: () => undefined });
  control.beforeExit((options) => {
    steps.push(options.restart ? 'restart' : 'install');
    return lastStep(options);
  });
  const askToQuit = (): boolean => {
    let isPrevented = false;
    quitAsked({ preventDefault: () => (isPrevented = true) });
    return isPrevented;
  };
  return { steps, clock, control, askToQuit };
}

describe('the last step', () => {
  test('runs once, after the host has shut down and before the process exits', async () => {
    const { steps, control } = setUp(() => 'then-exit');
    await Promise.all([control.quit('user'), control.quit('signal')]);
    expect(steps).toEqual(['shutdown', 'shutdown', 'install', 'exit 0', 'exit 0']);
  });

  test('is skipped if there is no time for it', async () => {
    const { steps, control } = setUp(() => 'then-exit');
    await control.force('TERM twice');
    await control.systemShutdown();
    expect(steps).toEqual(['forced', 'exit 0', 'system', 'exit 0']);
  });

  test('hands over to the system’s updater, whose quit is not delayed', async () => {
    const { steps, control, askToQuit } = setUp(() => 'quits');
    await control.restart('update');
    expect(askToQuit()).toBe(false);
    expect(steps).toEqual(['shutdown', 'restart']);
  });

  test('any earlier request to quit is delayed', () => {
    expect(setUp(() => 'quits').askToQuit()).toBe(true);
  });
});

describe('while the app is being started', () => {
  test.each(['succeeds', 'fails'])('the process exits once the start %s', async (outcome) => {
    const { control, steps, clock } = setUp();
    const start = sleep(clock, 500).then(() => {
      if (outcome === 'fails') throw new Error('no icon');
    });
    control.startingUntil(start);
    const quit = control.quit('test');
    await clock.advance(499);
    expect(steps).toEqual(['shutdown']);
    await clock.advance(1);
    await quit;
    expect(steps).toEqual(['shutdown', 'install', 'exit 0']);
  });

  test('a start that hangs does not prevent the exit', async () => {
    const { control, steps, clock } = setUp();
    control.startingUntil(new Promise(() => undefined));
    const quit = control.quit('test');
    await clock.advance(2_000);
    await quit;
    expect(steps.at(-1)).toBe('exit 0');
  });
});
