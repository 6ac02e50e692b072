/** An API server restarts, and for its first seconds denies a normal user everything: RBAC is not loaded yet. */
import { reportNone } from '../../bench/figure.ts';
import { delay } from '../monotonic.ts';
import { reportForAll } from '../row-figures.ts';
import { isGreen } from '../timeline.ts';
import type { Row } from '../row.ts';

const awayMs = 1_000;
const deniedMs = 3_000;
const afterwardsMs = 10_000;

export const rbacLate: Row = {
  name: 'rbac-403',
  what: `an API server restarts and answers 403 for ${deniedMs / 1_000} s`,
  run: async (world) => {
    const kube = await world.addCluster(await world.addHost());
    const busy = [1, 2, 3].map((number) => world.addKubectl(`busy-${number}`));
    const idle = [1, 2, 3].map((number) => world.addKubectl(`idle-${number}`));
    await world.addOthers();
    await world.start(busy);
    await world.pause(2_000);
    await kube.stop();
    await delay(awayMs);
    kube.setAccess('forbidden');
    await kube.start();
    await delay(deniedMs);
    kube.setAccess('allowed');
    await delay(afterwardsMs);
    const down = [...busy, ...idle].filter(({ name }) => !isGreen(world.daemon.service(name)));
    const words = down.map(({ name }) => `${name} ${world.timeline(name).inWords()}`);
    await reportForAll(world);
    reportNone({
      figure: 'services down 10 s later',
      value: down.length,
      note: `of ${busy.length + idle.length}${down.length > 0 ? `: ${words.join(', ')}` : ''}`,
    });
  },
};
