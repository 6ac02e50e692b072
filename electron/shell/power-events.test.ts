import { EventEmitter } from 'node:events';
import type { PowerMonitor } from 'electron';
import { expect, test, vi } from 'vitest';
import { silentLogger } from '../core/observability/logger.ts';
import { watchPower } from './power-events.ts';

function setUp() {
  const monitor = new EventEmitter();
  const host = { suspend: vi.fn(), resume: vi.fn() };
  const onShutdown = vi.fn();
  const stop = watchPower(monitor as unknown as PowerMonitor, { host, log: silentLogger, onShutdown });
  return { monitor, host, onShutdown, stop };
}

test('sleep and wake reach the host before the event handler returns', () => {
  const { monitor, host } = setUp();
  monitor.emit('suspend');
  expect(host.suspend).toHaveBeenCalledOnce();
  monitor.emit('resume');
  expect(host.resume).toHaveBeenCalledOnce();
});

test('a system shutdown waits for us while we quit', () => {
  const { monitor, onShutdown } = setUp();
  const event = { preventDefault: vi.fn() };
  monitor.emit('shutdown', event);
  expect(event.preventDefault).toHaveBeenCalledOnce();
  expect(onShutdown).toHaveBeenCalledOnce();
});

test('no listeners are left after stopping', () => {
  const { monitor, stop } = setUp();
  stop();
  expect(monitor.eventNames()).toEqual([]);
});
