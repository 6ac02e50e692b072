import { beforeEach, expect, it } from 'vitest';
import type { Desired } from '../../../shared/service-snapshot.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { Pauses } from './pauses.ts';

const hourMs = 3_600_000;
let clock: FakeClock;
let stored: Map<string, { desired: Desired; until: number }>;
let over: string[];
let pauses: Pauses;

beforeEach(() => {
  clock = new FakeClock();
  stored = new Map();
  over = [];
  pauses = new Pauses({
    clock,
    store: { passing: () => stored, set: (name) => stored.delete(name) },
    onOver: (name, desired) => over.push(desired === 'on' ? name : `${name} off`),
  });
});

const pause = (name: string, ms: number, desired: Desired = 'off'): void => {
  stored.set(name, { desired, until: clock.wallNow() + ms });
  pauses.check();
};

it('ends each pause at its time, and waits for nothing afterwards', async () => {
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

it('ends at once what became due while nothing ran', () => {
  pause('db', -1);
  expect([over, clock.pendingTimers]).toEqual([['db'], 0]);
});

it('ends at the wake what became due during a sleep, within a minute where no wake is reported', async () => {
  pause('reported', hourMs);
  clock.sleep(2 * hourMs);
  pauses.check();
  expect(over).toEqual(['reported']);
  pause('noticed', hourMs);
  clock.sleep(2 * hourMs);
  await clock.advance(60_000);
  expect(over).toEqual(['reported', 'noticed']);
});

it('follows a wall clock that is set back', async () => {
  pause('db', hourMs);
  clock.setWall(-hourMs);
  await clock.advance(hourMs);
  expect(over).toEqual([]);
  await clock.advance(hourMs);
  expect(over).toEqual(['db']);
});

it('forgets what the user has turned on meanwhile', async () => {
  pause('db', hourMs);
  stored.delete('db');
  await clock.advance(hourMs);
  expect([over, clock.pendingTimers]).toEqual([[], 0]);
});

it('turns off what is on for a time only', async () => {
  pause('live', hourMs, 'on');
  await clock.advance(hourMs / 2);
  pause('live', hourMs, 'on');
  await clock.advance(hourMs - 1);
  expect(over).toEqual([]);
  await clock.advance(1);
  expect(over).toEqual(['live off']);
});
