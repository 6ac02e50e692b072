/** The daemon itself is killed, and started again. */
import { reportNone } from '../../bench/figure.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { livingOf, descendantsOf } from '../../fixtures/process-tree.ts';
import { failedOf, inWords } from '../requests.ts';
import { nowMs } from '../monotonic.ts';
import { reportForAll, reportSeconds } from '../row-figures.ts';
import type { Row } from '../row.ts';

const cleanDeadlineMs = 5_000;

export const daemonKilled: Row = {
  name: 'daemon-killed',
  what: 'the daemon is killed (SIGKILL) and started again',
  run: async (world) => {
    const host = await world.addHost();
    await world.addCluster(host);
    world.addSsh('ssh', host);
    world.addKubectl('kubectl');
    world.addTcp('tcp', host);
    world.addCommand('command', host);
    await world.start([]);
    const { daemon } = world;
    const children = await descendantsOf(daemon.pid);
    const killedAt = nowMs();
    await daemon.kill();
    const left = async (): Promise<readonly number[]> => livingOf(children);
    await eventually('its children end', async () => (await left()).length === 0, cleanDeadlineMs).catch(
      () => undefined,
    );
    const cleanAt = nowMs();
    reportNone({
      figure: `processes left ${cleanDeadlineMs / 1_000} s after the kill`,
      value: (await left()).length,
      note: `of ${children.length}; none after ${((cleanAt - killedAt) / 1_000).toFixed(2)} s`,
    });
    const startedAt = nowMs();
    await daemon.start();
    await world.untilGreen(world.services);
    reportSeconds(null, { figure: 'started again, all green', ms: nowMs() - startedAt });
    for (const { port } of world.services) world.load.begin(port);
    await world.pause(2_000);
    await reportForAll(world);
    const failed = world.services.flatMap((service) => failedOf(world.requestsTo(service)));
    reportNone({ figure: 'requests that failed then', value: failed.length, note: inWords(failed) });
  },
};
