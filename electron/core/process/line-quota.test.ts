import { expect, test } from 'vitest';
import { LineQuota, maxBytesPerSecond } from './line-quota.ts';

const admitted = (quota: LineQuota<number>, lines: number): number =>
  Array.from({ length: lines }, (_, index) => quota.admit(index)).filter(Boolean).length;

test('within the quota every line is delivered and none is held back', () => {
  const quota = new LineQuota<number>(100);
  expect([admitted(quota, 100), quota.renew()]).toEqual([100, { dropped: 0, kept: [] }]);
});

test('beyond it the last 20 lines are kept and the others counted', () => {
  const quota = new LineQuota<number>(100);
  expect(admitted(quota, 1_000)).toBe(100);
  expect(quota.renew()).toEqual({ dropped: 880, kept: Array.from({ length: 20 }, (_, n) => n + 980) });
});

test('each second has a quota of its own', () => {
  const quota = new LineQuota<number>(100);
  admitted(quota, 1_000);
  quota.renew();
  expect([admitted(quota, 101), quota.renew()]).toEqual([100, { dropped: 0, kept: [100] }]);
  expect(quota.renew()).toEqual({ dropped: 0, kept: [] });
});

test('the quota of bytes is spent at its bound', () => {
  const quota = new LineQuota<number>();
  quota.countBytes(maxBytesPerSecond - 1);
  expect(quota.isSpent).toBe(false);
  quota.countBytes(1);
  expect(quota.isSpent).toBe(true);
  quota.renew();
  expect(quota.isSpent).toBe(false);
});
