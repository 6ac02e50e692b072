import { expect, test } from 'vitest';
import { FakeClock } from '../core/testing/fake-clock.ts';
import { MenuPace, minIntervalMs, settleMs } from './menu-pace.ts';

function setUp() {
  const clock = new FakeClock();
  const renewedAt: number[] = [];
  const pace = new MenuPace(clock, () => renewedAt.push(clock.now()));
  return { clock, renewedAt, pace };
}

test('changes in quick succession cause one update, soon after the first change', async () => {
  const { clock, renewedAt, pace } = setUp();
  for (let change = 0; change < 5; change++) {
    pace.changed();
    await clock.advance(settleMs / 10);
  }
  await clock.advance(minIntervalMs);
  expect(renewedAt).toEqual([settleMs]);
});

test('however fast states change, updates keep their minimum interval, and the last change is shown', async () => {
  const { clock, renewedAt, pace } = setUp();
  for (let change = 0; change < 500; change++) {
    pace.changed();
    await clock.advance(20);
  }
  await clock.advance(minIntervalMs);
  const pauses = renewedAt.slice(1).map((at, index) => at - renewedAt[index]!);
  expect(Math.min(...pauses)).toBe(minIntervalMs);
  expect(renewedAt).toHaveLength(1 + Math.ceil((500 * 20 - settleMs) / minIntervalMs));
  expect(clock.pendingTimers).toBe(0);
});

test('the result of a choice is shown soon, even right after an update', async () => {
  const { clock, renewedAt, pace } = setUp();
  pace.changed();
  await clock.advance(settleMs);
  pace.changed();
  pace.chosen();
  await clock.advance(minIntervalMs);
  expect(renewedAt).toEqual([settleMs, 2 * settleMs]);
});

test('a choice that changes nothing still updates the menu, since the panel may have toggled the checkbox', async () => {
  const { clock, renewedAt, pace } = setUp();
  pace.chosen();
  await clock.advance(settleMs);
  expect(renewedAt).toEqual([settleMs]);
});

test('nothing is updated after disposal', async () => {
  const { clock, renewedAt, pace } = setUp();
  pace.changed();
  pace.dispose();
  await clock.advance(minIntervalMs);
  expect(renewedAt).toEqual([]);
});

test('once the tray is gone, changes cause no updates', async () => {
  const { clock, renewedAt, pace } = setUp();
  pace.changed();
  pace.dispose();
  pace.changed();
  pace.chosen();
  await clock.advance(minIntervalMs);
  expect(renewedAt).toEqual([]);
});
