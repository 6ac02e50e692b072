import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sleep } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { Scope } from '../scope.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { TaskManager, type TaskWork } from './task-manager.ts';

describe('TaskManager', () => {
  let clock: FakeClock;
  let errors: string[];
  let tasks: TaskManager;
  const untilCanceled: TaskWork = async (signal) => {
    await sleep(clock, 1_000_000, signal);
  };

  beforeEach(() => {
    clock = new FakeClock();
    errors = [];
    tasks = new TaskManager({
      clock,
      log: { ...silentLogger, error: (message) => errors.push(message.split('\n')[0]!) },
    });
  });

  afterEach(async () => {
    await tasks.cancelAll(0);
  });

  it('lists running tasks and their ages, the oldest first', async () => {
    tasks.run('watch config', untilCanceled);
    await clock.advance(500);
    tasks.run('publish snapshots', untilCanceled);
    await clock.advance(250);
    expect(tasks.alive()).toEqual([
      { name: 'watch config', sinceMs: 750 },
      { name: 'publish snapshots', sinceMs: 250 },
    ]);
  });

  it('forgets a task that has ended', async () => {
    await tasks.run('short', () => Promise.resolve()).ended;
    await settle();
    expect(tasks.alive()).toEqual([]);
  });

  it('cancels one task by its signal and leaves the others alone', async () => {
    const first = tasks.run('first', untilCanceled);
    tasks.run('second', untilCanceled);
    await first.cancel();
    expect(tasks.alive().map(({ name }) => name)).toEqual(['second']);
  });

  it('logs a task that fails, asynchronously or at once, with its name', async () => {
    const asynchronous = tasks.run('late failure', async () => {
      await settle();
      throw new Error('out of luck');
    });
    const atOnce = tasks.run('early failure', () => {
      throw new Error('no start');
    });
    await Promise.all([asynchronous.ended, atOnce.ended]);
    expect(errors).toEqual([
      'task early failure: failed: Error: no start',
      'task late failure: failed: Error: out of luck',
    ]);
  });

  it('treats an AbortError of a canceled task as its end, and of any other task as a failure', async () => {
    const throwsOnAbort: TaskWork = async (signal) => {
      await untilCanceled(signal);
      signal.throwIfAborted();
    };
    await tasks.run('canceled', throwsOnAbort).cancel();
    expect(errors).toEqual([]);
    await tasks.run('not canceled', () => Promise.reject(new DOMException('odd', 'AbortError'))).ended;
    expect(errors).toHaveLength(1);
  });

  it('cancels all, the youngest first, without one waiting for another', async () => {
    const canceled: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      tasks.run(name, async (signal) => {
        signal.addEventListener('abort', () => canceled.push(name));
        await sleep(clock, 1_000_000, signal);
        await sleep(clock, 100);
      });
    }
    const late = tasks.cancelAll(1_000);
    expect(canceled).toEqual(['c', 'b', 'a']);
    await clock.advance(100);
    expect(await late).toEqual([]);
    expect(tasks.alive()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('names the tasks that are still running at the deadline', async () => {
    tasks.run('good', untilCanceled);
    let end = (): void => undefined;
    tasks.run('deaf', () => new Promise((resolve) => (end = resolve)));
    const late = tasks.cancelAll(1_000);
    await clock.advance(1_000);
    expect(await late).toEqual(['deaf']);
    end();
  });

  it('starts nothing after `cancelAll`', async () => {
    await tasks.cancelAll(1_000);
    let started = false;
    await tasks.run('too late', async () => {
      started = true;
    }).ended;
    expect(started).toBe(false);
  });

  it('cancels the tasks of a scope when it closes, and the scope forgets those that ended', async () => {
    const scope = new Scope('service');
    const ended = tasks.run('short', () => Promise.resolve(), scope);
    tasks.run('long', untilCanceled, scope);
    await ended.ended;
    await settle();
    expect(scope.owned).toEqual(['long']);
    await scope.close();
    expect(tasks.alive()).toEqual([]);
  });
});
