import { beforeEach, expect, it } from 'vitest';
import type { Desired } from '../../../shared/service-snapshot.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { SwitchTimer } from './switch-timer.ts';

const hourMs = 3_600_000;
let clock: FakeClock;
let stored: Map<string, { desired: Desired; until: number }>;
let over: string[];
let timer: SwitchTimer;

beforeEach(() => {
  clock = new FakeClock();
  stored = new Map();
  over = [];
  timer = new SwitchTimer({
    clock,
    store: { passing: () => stored, set: (name) => stored.delete(name) },
    onOver: (name, desired) => over.push(desired === 'on' ? name : `${name} off`),
  });
});

const pause = (name: string, ms: number, desired: Desired = 'off'): void => {
  stored.set(name, { desired, until: clock.wallNow() + ms });
  timer.check();
};

it('ends each pause at its time, and leaves no timer afterward', async () => {
  pause('long', 2 * hourMs);
  pause('short', hourMs);
  await clock.advance(hourMs - 1);
  expect(over).toEqual([]);
  await clock.advance(1);
  expect(over).toEqual(['short']);
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(hourMs);
  expect(over).toEqual(['short', 'long']);
  expect(clock.pendingTimers).toBe(0);
});

it('ends at once the pauses that became due while no host was running', () => {
  pause('db', -1);
  expect([over, clock.pendingTimers]).toEqual([['db'], 0]);
});

it('ends a pause that became due during a sleep at the wake, or within a minute if no wake is reported', async () => {
  pause('reported', hourMs);
  clock.sleep(2 * hourMs);
  timer.check();
  expect(over).toEqual(['reported']);
  pause('noticed', hourMs);
  clock.sleep(2 * hourMs);
  await clock.advance(60_000);
  expect(over).toEqual(['reported', 'noticed']);
});

it('follows the wall clock when it is set back', async () => {
  pause('db', hourMs);
  clock.setWall(-hourMs);
  await clock.advance(hourMs);
  expect(over).toEqual([]);
  await clock.advance(hourMs);
  expect(over).toEqual(['db']);
});

it('forgets a pause when the user turns the service on', async () => {
  pause('db', hourMs);
  stored.delete('db');
  await clock.advance(hourMs);
  expect([over, clock.pendingTimers]).toEqual([[], 0]);
});

it('turns off a service that is on only for a time', async () => {
  pause('live', hourMs, 'on');
  await clock.advance(hourMs / 2);
  pause('live', hourMs, 'on');
  await clock.advance(hourMs - 1);
  expect(over).toEqual([]);
  await clock.advance(1);
  expect(over).toEqual(['live off']);
});
