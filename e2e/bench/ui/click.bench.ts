/**
 * The time from the click on the icon, as the panel sends it by D-Bus, until the popover is on the screen: until the
 * first frame after its window becomes visible is painted. With a hidden window, and without a window.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Scope } from '../../../electron/core/scope.ts';
import { inMain } from '../../fixtures/electron-process.ts';
import type { RunningApp } from '../../fixtures/electron-app.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { runInScope } from '../bench-scope.ts';
import { median, range, reportAtMost, reportForInformation } from '../figure.ts';
import { destroyPopover, hidePopover, startCrowdedApp, type CrowdedApp } from './crowded-app.ts';

const turns = { 'window there': 25, 'no window': 15 } as const;
type Start = keyof typeof turns;
/** In ms, for 10 and for 200 services. */
const limits = { 'window there': { 10: 60, 200: 60 }, 'no window': { 10: 300, 200: 350 } } as const;
/** Longer than a click counts as the one that has just closed it (`icon-presses.ts`). */
const restMs = 500;

interface WithPaints {
  benchPaints?: number[];
}

/** Epoch ms with fractions, on the clock that all processes share. */
const now = (): number => performance.timeOrigin + performance.now();

/** From now on, the main process records when each shown window has painted. */
const watchPaints = (app: RunningApp): Promise<void> =>
  inMain(app.electron, async ({ app: main, BrowserWindow }) => {
    const paints: number[] = ((globalThis as WithPaints).benchPaints = []);
    const painted = `new Promise((resolve) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
      port2.postMessage(null);
    }))`;
    const watch = (window: Electron.BrowserWindow): void => {
      window.on('show', () => {
        void window.webContents.executeJavaScript(painted).then((at: number) => paints.push(at));
      });
    };
    BrowserWindow.getAllWindows().forEach(watch);
    main.on('browser-window-created', (_event, window) => watch(window));
  });

const paintsOf = (app: RunningApp): Promise<readonly number[]> =>
  inMain(app.electron, async () => (globalThis as WithPaints).benchPaints ?? []);

/** In ms. */
async function clickUntilPainted({ app, world }: CrowdedApp): Promise<number> {
  const before = (await paintsOf(app)).length;
  const clickedAt = now();
  await world.desktop.clickTray();
  let painted: number | undefined;
  await eventually('it is painted', async () => {
    painted = (await paintsOf(app))[before];
    return painted !== undefined;
  });
  return (painted ?? NaN) - clickedAt;
}

/** What Electron needs for a window with one word, in ms: the part of the above that is not ours. */
const bareWindow = (app: RunningApp): Promise<number> =>
  inMain(app.electron, async ({ BrowserWindow }) => {
    const at = (): number => performance.timeOrigin + performance.now();
    const startedAt = at();
    const window = new BrowserWindow({ show: false, frame: false, width: 360, height: 400 });
    const isReady = new Promise<void>((resolve) => window.once('ready-to-show', () => resolve()));
    await Promise.all([window.loadURL('data:text/html,LocalPort'), isReady]);
    window.show();
    const painted = await (window.webContents.executeJavaScript(
      'new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now()))))',
    ) as Promise<number>);
    window.destroy();
    return painted - startedAt;
  });

async function measure(crowd: CrowdedApp, start: Start): Promise<readonly number[]> {
  const { app } = crowd;
  const times: number[] = [];
  for (let turn = 0; turn < turns[start]; turn++) {
    await (start === 'no window' ? destroyPopover(app) : hidePopover(app));
    await eventually('it is hidden', async () => !(await app.isPopoverVisible()));
    await delay(restMs);
    times.push(await clickUntilPainted(crowd));
  }
  return times;
}

async function report(scope: Scope, count: 10 | 200): Promise<void> {
  const crowd = await startCrowdedApp(scope, count);
  await crowd.app.openPopover();
  await watchPaints(crowd.app);
  for (const start of ['window there', 'no window'] as const) {
    const times = await measure(crowd, start);
    reportAtMost(limits[start][count], {
      figure: `click → painted, ${start}, ${count} services`,
      value: median(times),
      unit: 'ms',
      note: `median of ${times.length} (${range(times, 0)})`,
    });
  }
  await destroyPopover(crowd.app);
  const bare: number[] = [];
  for (let turn = 0; turn < turns['no window']; turn++) bare.push(await bareWindow(crowd.app));
  reportForInformation({
    figure: `a bare window of Electron's beside it, ${count} services`,
    value: median(bare),
    unit: 'ms',
    note: `median of ${bare.length} (${range(bare, 0)})`,
  });
  await crowd.app.quit();
}

await runInScope('click', async (scope) => {
  await report(scope, 10);
  await report(scope, 200);
});
