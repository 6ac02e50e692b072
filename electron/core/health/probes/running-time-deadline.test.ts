import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import type { Clock, Timer } from '../../clock.ts';
import { RunningTimeDeadline } from './running-time-deadline.ts';

/** Fires timers late, like a busy or stopped process. */
class LateClock implements Clock {
  readonly #clock: FakeClock;
  latenessMs = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  now = (): number => this.#clock.now();
  wallNow = (): number => this.#clock.wallNow();
  bootNow = (): number => this.#clock.bootNow();
  after = (delayMs: number, action: () => void): Timer =>
    this.#clock.after(delayMs + this.latenessMs, action);
}

const expiryOf = async (timeoutMs: number, latenessMs: number): Promise<number> => {
  const clock = new FakeClock();
  const late = new LateClock(clock);
  late.latenessMs = latenessMs;
  const expired = new Promise<number>((resolve) => {
    new RunningTimeDeadline(late, timeoutMs, () => resolve(clock.now()));
  });
  while (clock.pendingTimers > 0) await clock.advance(1);
  return expired;
};

describe('a deadline that counts running time', () => {
  it('expires on time when timers fire on time or a little late', async () => {
    expect(await expiryOf(1000, 0)).toBe(1000);
    expect(await expiryOf(1000, 1)).toBeLessThanOrEqual(1005);
    expect(await expiryOf(1000, 40)).toBeLessThanOrEqual(1080);
  });

  it('does not count time in which the process was stopped, but still ends', async () => {
    const expiredAt = await expiryOf(400, 5000);
    expect(expiredAt).toBeGreaterThan(5000 + 400);
    expect(expiredAt).toBeLessThanOrEqual(4 * (5000 + 100));
  });

  it('never expires after it is canceled', async () => {
    const clock = new FakeClock();
    let isExpired = false;
    const deadline = new RunningTimeDeadline(clock, 1000, () => (isExpired = true));
    await clock.advance(600);
    deadline.cancel();
    await clock.advance(5000);
    expect([isExpired, clock.pendingTimers]).toEqual([false, 0]);
  });
});
