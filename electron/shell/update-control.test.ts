import { expect, test, vi } from 'vitest';
import { silentLogger } from '../core/observability/logger.ts';
import { FakeClock } from '../core/testing/fake-clock.ts';
import { checkDeadlineMs, UpdateControl, type UpdateEngine, type UpdateOptions } from './update-control.ts';

const surroundings: UpdateOptions['surroundings'] = {
  isPackaged: true,
  platform: 'darwin',
  hasFeed: true,
  isAppImage: false,
  program: '/Applications/LocalPort.app/Contents/MacOS/LocalPort',
};

/** With an updater that finds version 1.1.0. */
function setUp(change: Partial<UpdateOptions> = {}, engineChange: Partial<UpdateEngine> = {}) {
  const clock = new FakeClock();
  const memory = {
    current: { updates: true, updateCheckedAt: null as number | null },
    change: vi.fn((next: { readonly updateCheckedAt: number }) => {
      memory.current = { ...memory.current, ...next };
      return Promise.resolve();
    }),
  };
  const engine: UpdateEngine = {
    check: vi.fn(() => Promise.resolve('1.1.0')),
    fetch: vi.fn(() => Promise.resolve()),
    cancel: vi.fn(),
    install: vi.fn(() => 'then-exit' as const),
    ...engineChange,
  };
  const heard = {
    tell: vi.fn(),
    ask: vi.fn(() => Promise.resolve(false)),
    restart: vi.fn(),
    relaunch: vi.fn(),
  };
  const control = new UpdateControl({
    surroundings,
    version: '1.0.0',
    clock,
    log: silentLogger,
    engine: () => Promise.resolve(engine),
    memory,
    openConnections: () => 2,
    onChange: vi.fn(),
    ...heard,
    ...change,
  });
  return { clock, memory, engine, control, ...heard };
}

const settled = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 1 });

test('checks a few minutes after the start, downloads, and installs on quit', async () => {
  const { clock, control, engine, memory, tell, ask } = setUp();
  await clock.advance(5 * 60_000);
  await settled(() => expect(control.label?.label).toBe('Restart to Update to 1.1.0…'));
  expect(memory.current.updateCheckedAt).toBe(clock.wallNow());
  expect(control.install({ restart: false })).toBe('then-exit');
  expect(engine.install).toHaveBeenCalledWith({ restart: false });
  expect(tell).not.toHaveBeenCalled();
  expect(ask).not.toHaveBeenCalled();
  control.dispose();
});

test('restarts once the user confirms, and hands over to the system’s updater', async () => {
  const { control, restart, ask, engine } = setUp(
    { ask: () => Promise.resolve(true) },
    { install: vi.fn(() => 'quits' as const) },
  );
  control.choose();
  await settled(() => expect(restart).toHaveBeenCalledOnce());
  expect(ask).not.toHaveBeenCalled();
  expect(control.install({ restart: true })).toBe('quits');
  expect(engine.install).toHaveBeenCalledWith({ restart: true });
  control.dispose();
});

test('quitting works without an update, and with a broken one', async () => {
  const none = setUp();
  expect(none.control.install({ restart: false })).toBe('then-exit');
  expect(none.engine.install).not.toHaveBeenCalled();
  const broken = setUp(
    {},
    {
      install: () => {
        throw new Error('read-only file system');
      },
    },
  );
  broken.control.choose();
  await settled(() => expect(broken.ask).toHaveBeenCalledOnce());
  expect(broken.control.install({ restart: false })).toBe('then-exit');
  expect(broken.relaunch).not.toHaveBeenCalled();
  none.control.dispose();
  broken.control.dispose();
});

test('a restart for an update that cannot be installed starts this version again', async () => {
  const install = (): never => {
    throw new Error('read-only file system');
  };
  const { control, restart, relaunch } = setUp({ ask: () => Promise.resolve(true) }, { install });
  control.choose();
  await settled(() => expect(restart).toHaveBeenCalledOnce());
  expect(control.install({ restart: true })).toBe('then-exit');
  expect(relaunch).toHaveBeenCalledOnce();
  control.dispose();
});

test('a failing server is not asked again by another start on the same day', async () => {
  const check = (): Promise<string | null> => Promise.reject(new Error('HTTP 500'));
  const { clock, control, memory } = setUp({}, { check });
  await clock.advance(5 * 60_000);
  await settled(() => expect(control.label?.label).toBe('Check for Updates…'));
  await settled(() => expect(memory.change).toHaveBeenCalledOnce());
  await clock.advance(60 * 60_000);
  expect(memory.change).toHaveBeenCalledOnce();
  control.dispose();
});

test('a check of a silent server times out, and can be repeated', async () => {
  const check = vi.fn(() => new Promise<never>(() => undefined));
  const { clock, control, engine, tell } = setUp({}, { check });
  control.choose();
  await settled(() => expect(check).toHaveBeenCalledOnce());
  await clock.advance(checkDeadlineMs);
  await settled(() =>
    expect(tell.mock.calls).toEqual([['LocalPort could not be updated', 'timed out after 60 s']]),
  );
  expect(engine.cancel).toHaveBeenCalledOnce();
  expect(control.label).toEqual({ label: 'Check for Updates…', enabled: true });
  control.choose();
  await settled(() => expect(check).toHaveBeenCalledTimes(2));
  await clock.advance(checkDeadlineMs);
  control.dispose();
});

test('if updates are not supported, there is no check and no menu item', async () => {
  const { clock, control, engine } = setUp({ surroundings: { ...surroundings, hasFeed: false } });
  await clock.advance(48 * 60 * 60_000);
  expect(engine.check).not.toHaveBeenCalled();
  expect(control.label).toBeNull();
  control.dispose();
});
