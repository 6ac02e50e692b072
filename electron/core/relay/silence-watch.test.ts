import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { createQuestion, SilenceWatch } from './silence-watch.ts';

class CountingClock extends FakeClock {
  timers = 0;

  override after(delayMs: number, action: () => void): { cancel(): void } {
    this.timers += 1;
    return super.after(delayMs, action);
  }
}

function makeWatch() {
  const clock = new CountingClock();
  const findings: string[] = [];
  const watch = new SilenceWatch(clock, ({ tunnelId, awaited, forMs }) => {
    findings.push(`${clock.now()} ${tunnelId}: no ${awaited} for ${forMs} ms`);
  });
  return { clock, watch, findings };
}

it('sets one timer per second, however many round trips there are', async () => {
  const { clock, watch, findings } = makeWatch();
  const question = createQuestion('t1', 'answer');
  for (let count = 0; count < 5000; count++) {
    watch.ask(question);
    watch.answered(question);
    await clock.advance(count % 1000 === 999 ? 100 : 0);
  }
  expect([clock.timers, clock.pendingTimers]).toEqual([1, 1]);
  await clock.advance(1000);
  expect([clock.timers, clock.pendingTimers]).toEqual([1, 0]);
  expect(findings).toEqual([]);
});

it('reports each question 1 s after it was asked, even beside one with longer and longer intervals', async () => {
  const { clock, watch, findings } = makeWatch();
  watch.ask(createQuestion('t1', 'answer'));
  await clock.advance(5_000);
  const late = createQuestion('t2', 'connection');
  watch.ask(late);
  await clock.advance(1_000);
  watch.answered(late);
  await clock.advance(4_000);
  expect(findings).toEqual([
    '1000 t1: no answer for 1000 ms',
    '4000 t1: no answer for 4000 ms',
    '6000 t2: no connection for 1000 ms',
    '10000 t1: no answer for 10000 ms',
  ]);
  watch.clear();
  expect(clock.pendingTimers).toBe(0);
});
