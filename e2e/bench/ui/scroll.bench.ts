/** How 500 services scroll: the time between frames while the list scrolls down and up, and long tasks. */
import { setTimeout as delay } from 'node:timers/promises';
import { runInScope } from '../bench-scope.ts';
import { median, reportAtLeast, reportAtMost, reportNone } from '../figure.ts';
import { startCrowdedApp, watchLongTasks } from './crowded-app.ts';

const services = 500;
const stepPx = 120;
const maxFrameMs = 33;
/** Down and up, if a row were this high: fewer frames have not scrolled through all rows. */
const minRowPx = 36;
const minFrames = (2 * services * minRowPx) / stepPx;

await runInScope('scroll', async (scope) => {
  const { app } = await startCrowdedApp(scope, services);
  const page = await app.openPopover();
  await delay(2_000);
  const longTasks = await watchLongTasks(page);
  const frames = await page.evaluate(async (step) => {
    const list = document.querySelector('main');
    if (list === null) throw new Error('the list that scrolls is not there');
    const durations: number[] = [];
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    for (const direction of [1, -1]) {
      let last = await frame();
      let before = NaN;
      while (list.scrollTop !== before) {
        before = list.scrollTop;
        list.scrollTop += direction * step;
        const now = await frame();
        durations.push(now - last);
        last = now;
      }
    }
    return durations;
  }, stepPx);
  const tasks = await longTasks.end();
  const sorted = [...frames].sort((a, b) => a - b);
  reportAtMost(maxFrameMs, {
    figure: 'scroll through 500 services: p95 of frames',
    value: sorted[Math.floor(sorted.length * 0.95)] ?? NaN,
    unit: 'ms',
    note: `frames of ${stepPx} px, drawn by the processor; median ${median(frames).toFixed(0)}, longest ${(sorted.at(-1) ?? NaN).toFixed(0)}`,
  });
  reportAtLeast(minFrames, { figure: 'frames while it scrolls', value: frames.length, unit: '' });
  reportNone({
    figure: 'tasks over 50 ms while it scrolls',
    value: tasks.length,
    note: tasks.map((ms) => `${ms.toFixed(0)} ms`).join(', ') || 'none',
  });
  await app.quit();
});
