import { expect, it } from 'vitest';
import { DueTimer } from './due-timer.ts';
import { FakeClock } from './testing/fake-clock.ts';

it('fires once at the time that was set last, and at the earlier one of two', async () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  const timer = new DueTimer(clock, () => fired.push(clock.now()));
  timer.set(100);
  timer.set(200);
  timer.setBy(300);
  timer.setBy(150);
  expect([timer.dueAt, clock.pendingTimers]).toEqual([150, 1]);
  await clock.advance(1_000);
  expect([fired, timer.dueAt]).toEqual([[150], null]);
});

it('may be set again while it fires, and never fires once it is not set', async () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  const timer: DueTimer = new DueTimer(clock, () => {
    fired.push(clock.now());
    timer.set(clock.now() + 100);
  });
  timer.set(100);
  await clock.advance(200);
  timer.set(null);
  await clock.advance(1_000);
  expect([fired, clock.pendingTimers]).toEqual([[100, 200], 0]);
});
