import { expect, test } from 'vitest';
import { FakeClock } from '../core/testing/fake-clock.ts';
import { MenuPace, restMs, settleMs } from './menu-pace.ts';

function setUp() {
  const clock = new FakeClock();
  const renewedAt: number[] = [];
  const pace = new MenuPace(clock, () => renewedAt.push(clock.now()));
  return { clock, renewedAt, pace };
}

test('what changes in quick succession is shown once, soon after the first of it', async () => {
  const { clock, renewedAt, pace } = setUp();
  for (let change = 0; change < 5; change++) {
    pace.changed();
    await clock.advance(settleMs / 10);
  }
  await clock.advance(restMs);
  expect(renewedAt).toEqual([settleMs]);
});

test('however fast states change, a menu lies still between two renewals, and the last change is shown', async () => {
  const { clock, renewedAt, pace } = setUp();
  for (let change = 0; change < 500; change++) {
    pace.changed();
    await clock.advance(20);
  }
  await clock.advance(restMs);
  const pauses = renewedAt.slice(1).map((at, index) => at - renewedAt[index]!);
  expect(Math.min(...pauses)).toBe(restMs);
  expect(renewedAt).toHaveLength(1 + Math.ceil((500 * 20 - settleMs) / restMs));
  expect(clock.pendingTimers).toBe(0);
});

test('what comes of a choice is shown soon, though the menu was renewed just before', async () => {
  const { clock, renewedAt, pace } = setUp();
  pace.changed();
  await clock.advance(settleMs);
  pace.changed();
  pace.chosen();
  await clock.advance(restMs);
  expect(renewedAt).toEqual([settleMs, 2 * settleMs]);
});

test('a choice that changes nothing still has the menu drawn again, for the panel may have ticked it by itself', async () => {
  const { clock, renewedAt, pace } = setUp();
  pace.chosen();
  await clock.advance(settleMs);
  expect(renewedAt).toEqual([settleMs]);
});

test('nothing is renewed after the end', async () => {
  const { clock, renewedAt, pace } = setUp();
  pace.changed();
  pace.dispose();
  await clock.advance(restMs);
  expect(renewedAt).toEqual([]);
});

test('once the tray is gone, what still changes renews nothing', async () => {
  const { clock, renewedAt, pace } = setUp();
  pace.changed();
  pace.dispose();
  pace.changed();
  pace.chosen();
  await clock.advance(restMs);
  expect(renewedAt).toEqual([]);
});
