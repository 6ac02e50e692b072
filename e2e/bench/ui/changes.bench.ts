/**
 * 200 services, 20 changes per second: the time from the moment that the main process sends a snapshot until the
 * changed row is painted. Also what moves in the popover when a row gets into trouble and out of it while the pointer
 * is inside.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright';
import type { ControlClient } from '../../../electron/core/control/control-client.ts';
import type { Snapshot } from '../../../shared/service-snapshot.ts';
import { inMain } from '../../fixtures/electron-process.ts';
import type { RunningApp } from '../../fixtures/electron-app.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { connectToHost } from '../../fixtures/host-client.ts';
import { startEchoServer } from '../../fixtures/servers.ts';
import { runInScope } from '../bench-scope.ts';
import { median, reportAtMost, reportExactly, reportNone } from '../figure.ts';
import { nameOf, startCrowdedApp, watchLongTasks, type CrowdedApp } from './crowded-app.ts';

const services = 200;
const changesPerSecond = 20;
const seconds = 15;
const changes = seconds * changesPerSecond;
const maxPaintMs = 33;
/** Twice: into trouble, and out of it. */
const trials = 3;

/** The on/off state of a row, and the time at which it was sent or painted. */
interface Note {
  readonly key: string;
  readonly at: number;
}

interface WithNotes {
  benchNotes?: Note[];
}

/** The main process records each change of a switch when it sends it. */
const watchSent = (app: RunningApp): Promise<void> =>
  inMain(app.electron, async ({ BrowserWindow }) => {
    const notes: Note[] = ((globalThis as WithNotes).benchNotes = []);
    const contents = BrowserWindow.getAllWindows()[0]!.webContents;
    const send = contents.send.bind(contents);
    let before = new Map<string, string>();
    contents.send = (channel, ...args) => {
      if (channel === 'localport:snapshot:changed') {
        const at = performance.timeOrigin + performance.now();
        const states = (args[0] as Snapshot).services.map(({ name, desired }) => [name, desired] as const);
        // All are on at first.
        for (const [name, desired] of states)
          if ((before.get(name) ?? 'on') !== desired) notes.push({ key: `${name} ${desired}`, at });
        before = new Map(states);
      }
      send(channel, ...(args as readonly unknown[]));
    };
  });

/** The page records each change of a switch once the frame with it is painted. */
const watchPainted = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const notes: Note[] = ((globalThis as WithNotes).benchNotes = []);
    const observer = new MutationObserver((records) => {
      const keys = records.flatMap(({ target }) => {
        if (!(target instanceof HTMLElement) || target.getAttribute('role') !== 'switch') return [];
        const name = target.closest<HTMLElement>('.row')?.dataset['name'];
        return name === undefined
          ? []
          : [`${name} ${target.getAttribute('aria-checked') === 'true' ? 'on' : 'off'}`];
      });
      if (keys.length === 0) return;
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          const at = performance.timeOrigin + performance.now();
          notes.push(...keys.map((key) => ({ key, at })));
        };
        port2.postMessage(null);
      });
    });
    observer.observe(document.body, { subtree: true, attributes: true, attributeFilter: ['aria-checked'] });
  });

/** Each service in turn is turned off, and on again in the next round. Resolves to the changes per second. */
async function changeAllTheTime(client: ControlClient): Promise<number> {
  const startedAt = performance.now();
  const requests: Promise<unknown>[] = [];
  while (requests.length < changes) {
    // 7 and the number of services have no common factor, so a round reaches each of them once.
    const name = nameOf(1 + ((requests.length * 7) % (services - 1)));
    const desired = Math.floor(requests.length / (services - 1)) % 2 === 0 ? 'off' : 'on';
    requests.push(client.request('set-desired', { target: { kind: 'names', names: [name] }, desired }));
    await delay(Math.max(0, startedAt + (requests.length * 1000) / changesPerSecond - performance.now()));
  }
  const pace = (changes * 1000) / (performance.now() - startedAt);
  await Promise.all(requests);
  return pace;
}

async function reportChanges({ app }: CrowdedApp, page: Page, client: ControlClient): Promise<void> {
  await watchSent(app);
  await watchPainted(page);
  const longTasks = await watchLongTasks(page);
  const pace = await changeAllTheTime(client);
  await delay(500);
  const tasks = await longTasks.end();
  const sent = await inMain(app.electron, async () => (globalThis as WithNotes).benchNotes ?? []);
  const painted = await page.evaluate(() => (globalThis as WithNotes).benchNotes ?? []);
  const times = sent.flatMap(({ key, at }) => {
    const seen = painted.find((note) => note.key === key && note.at >= at);
    return seen === undefined ? [] : [seen.at - at];
  });
  const sorted = [...times].sort((a, b) => a - b);
  reportAtMost(maxPaintMs, {
    figure: 'snapshot → painted row, 200 services, 20 changes a second: p95',
    value: sorted[Math.floor(sorted.length * 0.95)] ?? NaN,
    unit: 'ms',
    note: `${pace.toFixed(0)} a second; median ${median(times).toFixed(0)}, longest ${(sorted.at(-1) ?? NaN).toFixed(0)}`,
  });
  reportExactly(changes, { figure: 'changes sent to the popover', value: sent.length });
  reportNone({ figure: 'changes never painted', value: sent.length - times.length });
  reportNone({
    figure: 'tasks over 50 ms meanwhile',
    value: tasks.length,
    note: `in ${seconds} s; ${tasks.map((ms) => `${ms.toFixed(0)} ms`).join(', ') || 'none'}`,
  });
}

interface WithMovement {
  benchMovement?: { rows: number; window: number; stop: boolean };
}

/** For each frame: how far any other row, and the window's height, is from its position before. In px. */
const watchMovement = (page: Page, changing: string): Promise<void> =>
  page.evaluate((name) => {
    const tops = (): ReadonlyMap<string, number> =>
      new Map(
        [...document.querySelectorAll<HTMLElement>('.row')].map((row) => [
          row.dataset['name'] ?? '',
          row.getBoundingClientRect().top,
        ]),
      );
    const before = tops();
    const height = innerHeight;
    const movement = ((globalThis as WithMovement).benchMovement = { rows: 0, window: 0, stop: false });
    const isOver = (): boolean => movement.stop;
    const look = (): void => {
      for (const [row, top] of tops())
        if (row !== name) movement.rows = Math.max(movement.rows, Math.abs(top - (before.get(row) ?? top)));
      movement.window = Math.max(movement.window, Math.abs(innerHeight - height));
      if (!isOver()) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, changing);

const endMovement = (page: Page): Promise<{ readonly rows: number; readonly window: number }> =>
  page.evaluate(() => {
    const movement = (globalThis as WithMovement).benchMovement ?? { rows: NaN, window: NaN, stop: true };
    movement.stop = true;
    return movement;
  });

/** The first row gets into trouble and out of it, with the pointer on the third. */
async function reportMovement(crowd: CrowdedApp, page: Page): Promise<void> {
  const changing = nameOf(0);
  const row = page.locator(`.row[data-name="${changing}"]`);
  const seen = { rows: 0, window: 0 };
  const { port } = crowd.watched;
  let server = crowd.watched;
  const toneIs = (tone: string): Promise<void> =>
    eventually(`it is ${tone}`, async () => (await row.getAttribute('data-tone')) === tone, 20_000);
  await toneIs('up');
  for (let trial = 0; trial < trials; trial++) {
    await page.locator(`.row[data-name="${nameOf(2)}"]`).hover();
    await watchMovement(page, changing);
    await server.stop();
    await toneIs('trouble');
    await delay(500);
    server = await startEchoServer(port);
    await toneIs('up');
    await delay(500);
    const moved = await endMovement(page);
    seen.rows = Math.max(seen.rows, moved.rows);
    seen.window = Math.max(seen.window, moved.window);
    await page.mouse.move(-1, -1);
  }
  await server.stop();
  const note = `${trials} times into trouble and out of it, looked at in each frame, in px`;
  reportNone({ figure: 'movement of other rows, the pointer inside', value: seen.rows, note });
  reportNone({ figure: 'movement of the window, the pointer inside', value: seen.window, note });
}

await runInScope('changes', async (scope) => {
  const crowd = await startCrowdedApp(scope, services);
  const page = await crowd.app.openPopover();
  const client = await connectToHost(crowd.world);
  scope.own('client', () => client.close());
  await delay(2_000);
  await reportChanges(crowd, page, client);
  client.close();
  await crowd.app.quit();
  // Few, so that the window could grow.
  const few = await startCrowdedApp(scope, 5);
  await reportMovement(few, await few.app.openPopover());
  await few.app.quit();
});
