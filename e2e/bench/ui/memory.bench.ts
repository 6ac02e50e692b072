/**
 * The memory that the popover adds to the app, and how much of that is returned 10 s after its destruction, a minute
 * after it was hidden. The first time does not count: Chromium keeps some memory from then on. No debugger is attached,
 * which would be included in the measurement.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../fixtures/eventually.ts';
import { descendantsOf } from '../../fixtures/process-tree.ts';
import { readFile } from 'node:fs/promises';
import { allCalm } from '../app-state.ts';
import { runInScope } from '../bench-scope.ts';
import { median, range, reportAtLeast, reportAtMost } from '../figure.ts';
import { launch, localPortApp } from '../launched-app.ts';
import { measureTree } from '../own-tree.ts';
import { crowdedWorld } from './crowded-app.ts';

const services = 10;
/** In addition to the first. */
const rounds = 2;
const openForMs = 5_000;
const afterDestroyMs = 10_000;
const destroyDeadlineMs = 90_000;
const bytesPerMegabyte = 1_000_000;
const maxAddedMegabytes = 80;
const minReturnedPercent = 90;

async function hasPage(pid: number): Promise<boolean> {
  const lines = await Promise.all(
    (await descendantsOf(pid)).map((member) => readFile(`/proc/${member}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.some((line) => line.includes('--type=renderer'));
}

const megabytes = async (pid: number): Promise<number> =>
  (await measureTree(pid)).own.pssBytes / bytesPerMegabyte;

await runInScope('memory', async (scope) => {
  const { world } = await crowdedWorld(scope, services);
  const app = launch(scope, world, localPortApp);
  await world.desktop.waitForTray();
  await allCalm(app);
  await delay(openForMs);
  const added: number[] = [];
  const returned: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const before = await megabytes(app.pid);
    await world.desktop.clickTray();
    await eventually('it has a page', () => hasPage(app.pid));
    await delay(openForMs);
    const open = await megabytes(app.pid);
    await world.desktop.clickTray();
    await eventually('its page is gone', async () => !(await hasPage(app.pid)), destroyDeadlineMs);
    await delay(afterDestroyMs);
    const after = await megabytes(app.pid);
    if (round === 0) continue;
    added.push(open - before);
    returned.push((100 * (open - after)) / (open - before));
  }
  const note = `median of ${rounds}, after the first`;
  reportAtMost(maxAddedMegabytes, {
    figure: 'memory (PSS) that the open popover adds',
    value: median(added),
    unit: 'MB',
    note: `${note} (${range(added, 0)})`,
  });
  reportAtLeast(minReturnedPercent, {
    figure: 'of it back, 10 s after it is destroyed',
    value: median(returned),
    unit: '%',
    note: `${note} (${range(returned, 0)})`,
  });
  await app.stop();
});
