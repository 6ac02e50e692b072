import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { RefusalLog } from './refusal-log.ts';

it('reports a burst once, with its count, and a continuing burst once a minute', async () => {
  const clock = new FakeClock();
  const reports: string[] = [];
  const log = new RefusalLog(clock, (count) => reports.push(`${count} at ${clock.now()}`));
  for (let count = 0; count < 5000; count++) log.add();
  await clock.advance(999);
  log.add();
  await clock.advance(1);
  log.add();
  await clock.advance(60_000);
  expect(reports).toEqual(['5001 at 1000', '1 at 61000']);
  await clock.advance(60_000);
  expect(clock.pendingTimers).toBe(0);
  log.add();
  await clock.advance(1000);
  log.add();
  log.close();
  expect(reports.slice(2)).toEqual(['1 at 122000', '1 at 122000']);
  expect(clock.pendingTimers).toBe(0);
});
