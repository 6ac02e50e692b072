import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { firstReport, withOwnSignal } from './abort-signal.ts';

it.each([
  ['a report', 'reported'],
  ['the first signal', null],
  ['the second signal', null],
] as const)('waits until %s, then unsubscribes and leaves no listeners', async (end, result) => {
  const [first, second] = [new AbortController(), new AbortController()];
  const subscribers = new Set<(value: string) => void>();
  const waited = firstReport<string>(
    (report) => {
      subscribers.add(report);
      return () => subscribers.delete(report);
    },
    first.signal,
    second.signal,
    undefined,
  );
  if (end === 'a report') for (const report of subscribers) report('reported');
  else (end === 'the first signal' ? first : second).abort();
  expect(await waited).toBe(result);
  expect(subscribers.size).toBe(0);
  for (const { signal } of [first, second]) expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('subscribes to nothing once one of the signals has aborted', async () => {
  const subscribed = firstReport(() => expect.unreachable(), AbortSignal.abort());
  expect(await subscribed).toBeNull();
});

it.each([false, true])(
  'aborts work with a given signal (work fails: %s), and leaves no listeners',
  async (fails) => {
    const outer = new AbortController();
    const reasons: unknown[] = [];
    const work = withOwnSignal([outer.signal, undefined], async ({ signal }) => {
      outer.abort();
      reasons.push(signal.reason);
      if (fails) throw new Error('broken');
    });
    await work.catch((error: unknown) => reasons.push((error as Error).message));
    expect(reasons).toEqual(fails ? ['aborted', 'broken'] : ['aborted']);
    expect(getEventListeners(outer.signal, 'abort')).toEqual([]);
  },
);

it('aborts work that begins after a given signal', async () => {
  const isAborted = await withOwnSignal([AbortSignal.abort()], ({ signal }) =>
    Promise.resolve(signal.aborted),
  );
  expect(isAborted).toBe(true);
});

it('lets as many wait for one signal as there are, without a warning from Node', async () => {
  const outer = new AbortController();
  const warnings: string[] = [];
  const onWarning = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', onWarning);
  const waits = Array.from({ length: 20 }, () => firstReport(() => () => undefined, outer.signal));
  // Node warns in the next tick.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
  outer.abort();
  expect(await Promise.all(waits)).toEqual(waits.map(() => null));
});
