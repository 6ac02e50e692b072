/**
 * What the app costs while no one uses it: ten healthy forwards, the popover never opened, beside a bare tray app. Both
 * run at the same time and are measured at the same moment: memory that they share, with each other or with other
 * Electrons of the machine, then counts the same for both.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Scope } from '../../electron/core/scope.ts';
import { createWorld, type World } from '../fixtures/electron-app.ts';
import { allCalm } from './app-state.ts';
import { runInScope } from './bench-scope.ts';
import { median, range, reportAtMost } from './figure.ts';
import { bareTrayApp, launch, localPortApp, type LaunchedApp } from './launched-app.ts';
import { checkIntervalSeconds, prepareForwards } from './measured-forwards.ts';
import { measureTree, type TreeCosts } from './own-tree.ts';

const counts = { ssh: 4, kubectl: 4, tcp: 2 };
/** The CPU of the first is measured as well. */
const memoryRounds = 3;
const settleMs = 10_000;
/** Half a minute after its start V8 collects garbage, once, in a bare tray app as well: that belongs to the start. */
const idleAfterMs = 40_000;
const cpuWindowMs = 30_000;
const maxCorePercent = 0.5;
const maxAddedMegabytes = 30;
const bytesPerMegabyte = 1_000_000;

interface Pair<T> {
  readonly bare: T;
  readonly app: T;
}

/** Both started, all forwards healthy. */
async function startPair(scope: Scope, worlds: Pair<World>): Promise<Pair<LaunchedApp>> {
  const bare = launch(scope, worlds.bare, bareTrayApp);
  const app = launch(scope, worlds.app, localPortApp);
  await Promise.all([worlds.bare.desktop.waitForTray(), allCalm(app)]);
  return { bare, app };
}

async function measurePair({ bare, app }: Pair<LaunchedApp>): Promise<Pair<TreeCosts>> {
  const [bareCosts, appCosts] = await Promise.all([measureTree(bare.pid), measureTree(app.pid)]);
  return { bare: bareCosts, app: appCosts };
}

function reportCpu(before: Pair<TreeCosts>, after: Pair<TreeCosts>): void {
  const percent = (of: (costs: Pair<TreeCosts>) => number): number =>
    ((of(after) - of(before)) / cpuWindowMs) * 100;
  const withTunnels = percent(({ app }) => app.whole.cpuMs);
  const bare = percent(({ bare }) => bare.own.cpuMs);
  reportAtMost(maxCorePercent, {
    figure: 'idle CPU over 30 s, 10 healthy forwards',
    value: percent(({ app }) => app.own.cpuMs),
    unit: '% of a core',
    note:
      `each checked every ${checkIntervalSeconds} s; with ssh and kubectl ${withTunnels.toFixed(2)}, ` +
      `bare tray app ${bare.toFixed(2)}`,
  });
}

function reportMemory(samples: readonly Pair<TreeCosts>[]): void {
  const megabytes = (of: (sample: Pair<TreeCosts>) => number): readonly number[] =>
    samples.map((sample) => of(sample) / bytesPerMegabyte);
  const added = megabytes(({ bare, app }) => app.own.pssBytes - bare.own.pssBytes);
  const own = median(megabytes(({ app }) => app.own.pssBytes));
  const bare = median(megabytes(({ bare }) => bare.own.pssBytes));
  reportAtMost(maxAddedMegabytes, {
    figure: "memory (PSS) over Electron's bare tray app, 10 forwards",
    value: median(added),
    unit: 'MB',
    note:
      `median of ${samples.length} (${range(added, 1)}), side by side: ${own.toFixed(0)} and ${bare.toFixed(0)}; ` +
      `the app runs Chromium's network service in its main process`,
  });
}

await runInScope('idle', async (scope) => {
  const bareWorld = await createWorld();
  scope.own('bare world', () => bareWorld.close());
  const worlds = { bare: bareWorld, app: (await prepareForwards(scope, counts)).world };
  const samples: Pair<TreeCosts>[] = [];
  for (let round = 0; round < memoryRounds; round++) {
    const pair = await startPair(scope, worlds);
    await delay(round === 0 ? idleAfterMs : settleMs);
    if (round === 0) {
      const before = await measurePair(pair);
      await delay(cpuWindowMs);
      reportCpu(before, await measurePair(pair));
    }
    samples.push(await measurePair(pair));
    await Promise.all([pair.app.stop(), pair.bare.stop()]);
  }
  reportMemory(samples);
});
