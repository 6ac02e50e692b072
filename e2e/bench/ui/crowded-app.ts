/** The real app with any number of forwards, driven by Playwright: tcp, so that no child processes add noise. */
import type { Page } from 'playwright';
import type { Scope } from '../../../electron/core/scope.ts';
import { createWorld, type RunningApp, type World } from '../../fixtures/electron-app.ts';
import { inMain } from '../../fixtures/electron-process.ts';
import { startEchoServer, type FixtureServer } from '../../fixtures/servers.ts';

export interface CrowdedApp {
  readonly app: RunningApp;
  readonly world: World;
  /** The target of all forwards but the first. */
  readonly server: FixtureServer;
  /** The target of the first one, which it checks every second. */
  readonly watched: FixtureServer;
}

const groups = ['database', 'web', 'queue', 'internal', 'staging'];
const readyDeadlineMs = 60_000;

export const nameOf = (index: number): string => `service-${String(index + 1).padStart(3, '0')}`;

/** Resolves when all are up. */
export async function startCrowdedApp(scope: Scope, count: number): Promise<CrowdedApp> {
  const { world, server, watched } = await crowdedWorld(scope, count);
  const app = await world.start();
  scope.own('app', () => app.close());
  await app.waitForSnapshot(
    'all are up',
    ({ services }) => services.length === count && services.every(({ phase }) => phase === 'up'),
    readyDeadlineMs,
  );
  return { app, world, server, watched };
}

/** The same without the app itself. */
export async function crowdedWorld(
  scope: Scope,
  count: number,
): Promise<Pick<CrowdedApp, 'world' | 'server' | 'watched'>> {
  const [server, watched] = await Promise.all([startEchoServer(), startEchoServer()]);
  scope.own('server', () => server.stop());
  scope.own('watched server', () => watched.stop());
  const services = Array.from({ length: count }, (_, index) => ({
    name: nameOf(index),
    technology: 'tcp',
    local_port: 'auto',
    remote_port: index === 0 ? watched.port : server.port,
    tags: [groups[Math.floor((index * groups.length) / count)]],
    connection: { host: '127.0.0.1' },
    ...(index === 0
      ? {
          health_check: { type: 'tcp', interval: 1, timeout: 1, failure_threshold: 1 },
          restart_policy: { initial_delay: 1, max_delay: 1 },
        }
      : {}),
  }));
  // JSON is valid YAML.
  const world = await createWorld({ config: JSON.stringify({ version: '1.0', services }) });
  scope.own('world', () => world.close());
  return { world, server, watched };
}

/** Hides the popover as its own Escape does, and keeps its window. */
export async function hidePopover(app: RunningApp): Promise<void> {
  await inMain(app.electron, async ({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    await window?.webContents.executeJavaScript('window.localport.invoke("popover:hide", undefined)');
  });
}

/** What the app does itself after it has been hidden for a minute. */
export async function destroyPopover(app: RunningApp): Promise<void> {
  await inMain(app.electron, async ({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) window.destroy();
  });
}

/** Counts tasks of the page that take longer than 50 ms, the longest first. */
export interface LongTasks {
  /** In ms. */
  end(): Promise<readonly number[]>;
}

interface WithLongTasks {
  benchLongTasks?: { readonly durations: number[]; readonly observer: PerformanceObserver };
}

export async function watchLongTasks(page: Page): Promise<LongTasks> {
  await page.evaluate(() => {
    const durations: number[] = [];
    const observer = new PerformanceObserver((list) => {
      durations.push(...list.getEntries().map(({ duration }) => duration));
    });
    // A type of PerformanceEntry: cspell:ignore longtask
    observer.observe({ type: 'longtask' });
    (globalThis as WithLongTasks).benchLongTasks = { durations, observer };
  });
  return {
    end: () =>
      page.evaluate(() => {
        const watched = (globalThis as WithLongTasks).benchLongTasks;
        if (watched === undefined) return [];
        const late = watched.observer.takeRecords().map(({ duration }) => duration);
        watched.observer.disconnect();
        return [...watched.durations, ...late].sort((a, b) => b - a);
      }),
  };
}
