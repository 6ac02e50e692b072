/**
 * How long a start takes: from the launch until the icon is in the panel, and until the first tunnel is up, compared
 * with the time until the icon of a bare tray app appears. The two alternate, so that a slow moment of the machine
 * affects both.
 */
import type { Scope } from '../../electron/core/scope.ts';
import type { World } from '../fixtures/electron-app.ts';
import { runInScope } from './bench-scope.ts';
import { median, range, reportAtMost, secondsSince } from './figure.ts';
import { bareTrayApp, launch, localPortApp } from './launched-app.ts';
import { prepareForwards } from './measured-forwards.ts';

const turns = 9;
const maxAddedTraySeconds = 1;
const maxAddedForwardSeconds = 1.5;

interface Start {
  readonly tray: number;
  readonly ssh: number;
  readonly kubectl: number;
}

async function measureBare(scope: Scope, world: World): Promise<number> {
  const app = launch(scope, world, bareTrayApp);
  await world.desktop.waitForTray();
  const tray = secondsSince(app.startedAt);
  await app.stop();
  return tray;
}

/** tcp is left out of the first ones: it has no tunnel to start, and is up with its port. */
async function measureStart(scope: Scope, world: World): Promise<Start> {
  const app = launch(scope, world, localPortApp);
  const untilUp = async (name: RegExp): Promise<number> => ((await app.printed(name)) - app.startedAt) / 1000;
  const [tray, ssh, kubectl] = await Promise.all([
    world.desktop.waitForTray().then(() => secondsSince(app.startedAt)),
    untilUp(/● ssh-\d {2}up/),
    untilUp(/● kubectl-\d {2}up/),
  ]);
  await app.stop();
  return { tray, ssh, kubectl };
}

await runInScope('start', async (scope) => {
  const { world } = await prepareForwards(scope, { ssh: 2, kubectl: 1, tcp: 1 });
  // The first start of each creates its profile.
  await measureBare(scope, world);
  await measureStart(scope, world);
  const bare: number[] = [];
  const starts: Start[] = [];
  for (let turn = 0; turn < turns; turn++) {
    bare.push(await measureBare(scope, world));
    starts.push(await measureStart(scope, world));
  }
  const electron = median(bare);
  const over = (values: readonly number[]): string => `${median(values).toFixed(2)} (${range(values)})`;
  const trays = starts.map(({ tray }) => tray);
  const firsts = starts.map(({ ssh, kubectl }) => Math.min(ssh, kubectl));
  reportAtMost(maxAddedTraySeconds, {
    figure: "start to tray ready, over Electron's own",
    value: median(trays) - electron,
    unit: 's',
    note: `median of ${turns}: ${over(trays)}, bare tray app ${over(bare)}`,
  });
  reportAtMost(maxAddedForwardSeconds, {
    figure: "start to first forward up, over Electron's own",
    value: median(firsts) - electron,
    unit: 's',
    note: `median of ${turns}: ${over(firsts)}; ssh ${over(starts.map(({ ssh }) => ssh))}, kubectl ${over(starts.map(({ kubectl }) => kubectl))}`,
  });
});
