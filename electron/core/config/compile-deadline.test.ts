import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { CompileDeadline } from './compile-deadline.ts';

/** When it expires, on a machine where the process gets this share of a processor. */
const expiryOf = async (deadlineMs: number, share: number): Promise<number> => {
  const clock = new FakeClock();
  const startedAt = clock.now();
  const expired: number[] = [];
  new CompileDeadline(
    clock,
    deadlineMs,
    () => expired.push(clock.now() - startedAt),
    () => (clock.now() - startedAt) * share,
  );
  while (clock.pendingTimers > 0) await clock.advance(1);
  await new Promise(setImmediate);
  return expired[0] ?? NaN;
};

describe('the deadline of a compilation', () => {
  it('follows the clock while the process has one processor or more to itself', async () => {
    expect(await expiryOf(2_000, 1)).toBe(2_000);
    expect(await expiryOf(2_000, 2)).toBe(2_000);
  });

  it('is later if other processes use the processor, but still expires', async () => {
    expect(await expiryOf(2_000, 0.5)).toBeGreaterThanOrEqual(4_000);
    expect(await expiryOf(2_000, 0.5)).toBeLessThanOrEqual(4_100);
    expect(await expiryOf(2_000, 0)).toBeLessThanOrEqual(10_100);
  });

  it('never expires once it is canceled', async () => {
    const clock = new FakeClock();
    let isExpired = false;
    const deadline = new CompileDeadline(clock, 1_000, () => (isExpired = true));
    deadline.cancel();
    await clock.advance(10_000);
    expect([isExpired, clock.pendingTimers]).toEqual([false, 0]);
  });
});
