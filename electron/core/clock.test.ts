import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { sleep } from './clock.ts';
import { FakeClock } from './testing/fake-clock.ts';

it.each([
  ['its time is over', true],
  ['the first signal aborts', false],
  ['the second one aborts', false],
] as const)('sleeps until %s, and leaves no listeners on its signals', async (end, isOver) => {
  const clock = new FakeClock();
  const [first, second] = [new AbortController(), new AbortController()];
  const slept = sleep(clock, 1_000, first.signal, second.signal);
  await clock.advance(999);
  if (end === 'its time is over') await clock.advance(1);
  else (end === 'the first signal aborts' ? first : second).abort();
  expect(await slept).toBe(isOver);
  for (const { signal } of [first, second]) expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

it('does not sleep once one of its signals has aborted', async () => {
  const clock = new FakeClock();
  expect(await sleep(clock, 1_000, new AbortController().signal, AbortSignal.abort())).toBe(false);
  expect(clock.pendingTimers).toBe(0);
});
